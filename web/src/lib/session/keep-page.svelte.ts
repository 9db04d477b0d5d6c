import { beforeNavigate, goto } from '$app/navigation'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import type { Session } from './session.svelte.ts'
import type { Visit } from './visit.svelte.ts'

const TRY_MS_MAX = 4_000
const GATEWAY_ERRORS = [502, 503, 504]
const WORDS = 'That page can’t be loaded while the connection is lost. This one stays; nothing was changed.'

/**
 * Pages come from the exchange. If it cannot be reached, the browser would replace this page with its own error, and lose
 * an order being typed or waiting for its answer. So this page is only left once another one can be loaded. Call it while
 * a component is created.
 */
export function keepPageWhileLost(session: Session, toasts: Toasts, visit: Visit): void {
  let reached: string | undefined

  beforeNavigate((navigation) => {
    const { from, to, willUnload, type } = navigation
    // A second press of the tab that is shown would load the page anew, and while the exchange does not answer, no press
    // after it would do anything.
    if (type === 'link' && !willUnload && to?.url.href === from?.url.href && to?.url.hash === '') {
      navigation.cancel()
      return
    }
    // Another view of the same page needs nothing from the exchange.
    if (willUnload || !to || to.url.pathname === from?.url.pathname || to.url.href === reached) return
    // In the first second of an outage nothing is shown yet, but a page cannot be loaded either. After a sign-in, whose
    // answer has just come, the connection is replaced on purpose.
    if (visit.opening === undefined ? session.isLive && !session.isStale : !session.isStale) return
    navigation.cancel()
    void tryTo(to.url)
  })

  async function tryTo(url: URL): Promise<void> {
    try {
      const answer = await fetch(url, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(TRY_MS_MAX) })
      // A load balancer answers for servers that don't.
      if (GATEWAY_ERRORS.includes(answer.status)) throw new Error(`expected a page, found ${answer.status}`)
    } catch {
      if (!toasts.items.some(({ text }) => text === WORDS)) toasts.show(WORDS, 'alert')
      return
    }
    reached = url.href
    await goto(url)
    reached = undefined
  }
}
