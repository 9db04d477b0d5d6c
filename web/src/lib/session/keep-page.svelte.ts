import { beforeNavigate, goto } from '$app/navigation'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import type { Session } from './session.svelte.ts'

const TRY_MS_MAX = 4_000
const WORDS = 'That page can’t be loaded while the connection is lost. This one stays; nothing was changed.'

/**
 * Pages come from the exchange. If it cannot be reached, the browser would replace this page with its own error, and lose
 * an order being typed or waiting for its answer. So this page is only left once another one can be loaded. Call it while
 * a component is created.
 */
export function keepPageWhileLost(session: Session, toasts: Toasts): void {
  let reached: string | undefined

  beforeNavigate((navigation) => {
    const { from, to, willUnload, type } = navigation
    // A second press of the tab that is shown would load the page anew, and while the exchange does not answer, no press
    // after it would do anything.
    if (type === 'link' && !willUnload && to?.url.href === from?.url.href && to?.url.hash === '') {
      navigation.cancel()
      return
    }
    // Another view of the same page needs nothing from the exchange. In the first second nothing is lost either: after a
    // sign-in the connection is replaced on purpose.
    if (!session.isStale || willUnload || !to || to.url.pathname === from?.url.pathname || to.url.href === reached)
      return
    navigation.cancel()
    void tryTo(to.url)
  })

  async function tryTo(url: URL): Promise<void> {
    try {
      await fetch(url, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(TRY_MS_MAX) })
    } catch {
      if (!toasts.items.some(({ text }) => text === WORDS)) toasts.show(WORDS, 'alert')
      return
    }
    reached = url.href
    await goto(url)
    reached = undefined
  }
}
