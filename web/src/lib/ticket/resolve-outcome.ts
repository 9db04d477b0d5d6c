import { FINAL_MARGIN_MS } from '@valiant/shared/client/certainty'
import { RequestRefused } from '@valiant/shared/client/errors'
import { ERROR_CODES, ERRORS } from '@valiant/shared/protocol/errors'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { Surroundings } from './surroundings.ts'

/** An order that was sent without an answer. */
interface Unanswered {
  readonly clientOrderId: string
  /** The account it was sent from: only that account knows the id. */
  readonly accountId: string | undefined
  /** It cannot execute after this, by the server's clock. */
  readonly finalAt: number | undefined
}

/** What became of it, as far as this page can know. */
export type Resolution =
  | { readonly is: 'known'; readonly order: PlacedOrder }
  /** It has not reached the exchange, and cannot any more. */
  | { readonly is: 'never' }
  /** This page cannot know; `isElsewhere`: because it shows another account. */
  | { readonly is: 'untold'; readonly isElsewhere: boolean }

const ASK_AGAIN_MS = 2_000
/** Refusals after which the same request may succeed. */
const PASSING: ReadonlySet<string> = new Set(ERROR_CODES.filter((code) => ERRORS[code].retry === 'same_id'))
const UNTOLD: Resolution = { is: 'untold', isElsewhere: false }
const ELSEWHERE: Resolution = { is: 'untold', isElsewhere: true }

type Around = Pick<Surroundings, 'ask' | 'account' | 'serverNow'>

/**
 * Looks an order up until its result is certain, or cannot be known here. After `finalAt` an id that its account
 * does not know is final.
 * @param signal aborts it once nobody waits for the result
 */
export async function resolveOutcome(sent: Unanswered, around: Around, signal: AbortSignal): Promise<Resolution> {
  const finalAt = (sent.finalAt ?? 0) + FINAL_MARGIN_MS
  let isFinal = false
  for (;;) {
    if (isElsewhere(sent, around)) return ELSEWHERE
    let waitMs = ASK_AGAIN_MS
    try {
      const resolution = await lookedUp(sent, around)
      if (resolution.is !== 'never' || isFinal) return resolution
      // Not before an answer: after a reload, only a connection tells the time of the exchange.
      waitMs = Math.max(0, finalAt - around.serverNow())
      isFinal = true
    } catch (error) {
      if (!(error instanceof RequestRefused) || !PASSING.has(error.error.code)) return UNTOLD
      waitMs = Math.max(ASK_AGAIN_MS, error.error.retryAfterMs ?? 0)
    }
    await pause(waitMs, signal)
    if (signal.aborted) return UNTOLD
  }
}

/** While no account is known (the page is reconnecting) it may be the same one. */
const isElsewhere = ({ accountId }: Unanswered, { account }: Around): boolean =>
  account !== undefined && account.account.id !== accountId

async function lookedUp({ clientOrderId, accountId }: Unanswered, around: Around): Promise<Resolution> {
  try {
    return { is: 'known', order: await around.ask('order.get', { clientOrderId }) }
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.error.code !== 'NOT_FOUND') throw error
  }
  // The account of the connection may have changed since the page last heard of it, so ask for that too.
  const { account } = await around.ask('account', {})
  return account.id === accountId ? { is: 'never' } : ELSEWHERE
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
