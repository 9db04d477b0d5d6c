import { cardAt, readingLineAt } from './reading-line.ts'
import type { Section } from './sections.ts'

/** Which card of the page is looked at. */
export class Looking {
  id = $state.raw<Section['id']>('profile')
  readonly #sections: () => readonly Section[]
  /** Until the scrolling is over that a link has led to. */
  #isLed = false

  constructor(sections: () => readonly Section[]) {
    this.#sections = sections
  }

  /** A link was followed: its card is it, also where the page ends before the card can come up. */
  ledTo(id: string): void {
    const section = this.#sections().find((one) => one.id === id)
    if (!section) return
    this.id = section.id
    this.#isLed = true
    requestAnimationFrame(() => requestAnimationFrame(() => (this.#isLed = false)))
  }

  /** @param cards what scrolls where there is room for the side; else the window does. @returns ends it */
  follow(cards: HTMLElement): () => void {
    const toHash = () => this.ledTo(location.hash.slice(1))
    // On its way down: what scrolls is either.
    const options = { capture: true, passive: true }
    const look = () => this.#look(cards)
    document.addEventListener('scroll', look, options)
    window.addEventListener('hashchange', toHash)
    toHash()
    return () => {
      document.removeEventListener('scroll', look, options)
      window.removeEventListener('hashchange', toHash)
    }
  }

  #look(cards: HTMLElement): void {
    if (this.#isLed) return
    const isOwn = getComputedStyle(cards).overflowY !== 'visible'
    const scroller = isOwn ? cards : document.documentElement
    const { clientHeight: heightPx, scrollHeight, scrollTop } = scroller
    const fromPx = isOwn ? cards.getBoundingClientRect().top : 0
    const tops = this.#sections().flatMap(({ id }) => {
      const card = document.getElementById(id)
      return card ? [{ id, topPx: card.getBoundingClientRect().top - fromPx }] : []
    })
    this.id = cardAt(tops, readingLineAt({ heightPx, leftPx: scrollHeight - heightPx - scrollTop })) ?? this.id
  }
}
