import type { Answer, Goodbye } from '../protocol/events.ts'
import type { TraceHeaders } from '../protocol/trace.ts'
import { SILENCE_MS_MAX } from '../protocol/limits.ts'
import type { Link, LinkEnd, LinkOptions } from './link.ts'
import type { Surroundings } from './surroundings.ts'

const LOOK_MS = 500

/** A link that is watched: it ends when nothing is heard on it, and says what the server said goodbye with. */
export class Line {
  readonly #link: Link
  readonly #clock: Surroundings['clock']
  readonly #lost: (end: LinkEnd) => void
  #heardAt: number
  #stopWatch: () => void
  #goodbye: Goodbye | undefined
  #isOver = false

  constructor(
    options: LinkOptions,
    listeners: {
      frame(line: Line, event: string, payload: unknown): void
      lost(line: Line, end: LinkEnd): void
    },
    { openLink, clock }: Pick<Surroundings, 'openLink' | 'clock'>,
  ) {
    this.#clock = clock
    this.#heardAt = clock.now()
    this.#lost = (end) => listeners.lost(this, end)
    this.#link = openLink(options, {
      frame: (event, payload) => {
        this.#heardAt = clock.now()
        if (event === 'goodbye') this.#goodbye = payload as Goodbye
        if (!this.#isOver) listeners.frame(this, event, payload)
      },
      lost: (end) => this.#end(this.#goodbye ?? end),
    })
    this.#stopWatch = clock.after(LOOK_MS, () => this.#look())
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Sends a request; the answer never comes when the line is lost before it. */
  send(event: string, payload: unknown, answered: (answer: Answer) => void, trace?: TraceHeaders): void {
    if (this.#isOver) return
    const heard = (answer: Answer) => {
      this.#heardAt = this.#clock.now()
      if (!this.#isOver) answered(answer)
    }
    this.#link.send(event, payload, heard, trace)
  }

  /** Ends it without telling `lost`. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWatch()
    this.#link.close()
  }

  #look(): void {
    const now = this.#clock.now()
    // A clock that was set back says nothing of the time that has passed.
    if (now < this.#heardAt) this.#heardAt = now
    if (now - this.#heardAt > SILENCE_MS_MAX) this.#end({ message: 'nothing was heard' })
    else this.#stopWatch = this.#clock.after(LOOK_MS, () => this.#look())
  }

  #end(end: LinkEnd): void {
    if (this.#isOver) return
    this.close()
    this.#lost(end)
  }
}
