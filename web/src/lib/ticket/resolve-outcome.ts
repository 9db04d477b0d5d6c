import { FINAL_MARGIN_MS } from '@valiant/shared/client/certainty'
import { RequestRefused } from '@valiant/shared/client/errors'
import { ERROR_CODES, ERRORS } from '@valiant/shared/protocol/errors'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { Surroundings } from './surroundings.ts'

/** An order that was sent, and of which no answer came. */
export interface SentOrder {
  readonly clientOrderId: string
  /** The account it was sent from; what any other says of the id is of no worth. */
  readonly accountId: string | undefined
  /** It cannot begin to be executed after this, by the server's clock. */
  readonly finalAt: number | undefined
}

/** What became of it, as far as it can be told from here. */
export type Resolution =
  | { readonly is: 'known'; readonly order: PlacedOrder }
  /** It never arrived, and never will. */
  | { readonly is: 'never' }
  /** Nobody here will be told; `isElsewhere`: another account is looked at. */
  | { readonly is: 'untold'; readonly isElsewhere: boolean }

const ASK_AGAIN_MS = 2_000
/** Refusals after which the same question may be answered. */
const PASSING: ReadonlySet<string> = new Set(ERROR_CODES.filter((code) => ERRORS[code].retry === 'same_id'))
const UNTOLD: Resolution = { is: 'untold', isElsewhere: false }
const ELSEWHERE: Resolution = { is: 'untold', isElsewhere: true }

type Around = Pick<Surroundings, 'ask' | 'account' | 'serverNow'>

/**
 * Looks an order up until what became of it is certain, or can't be learned here. After `finalAt` an id that its account
 * does not know is final.
 * @param signal ends it: nobody waits any more
 */
export async function resolveOutcome(sent: SentOrder, around: Around, signal: AbortSignal): Promise<Resolution> {
  const finalAt = (sent.finalAt ?? 0) + FINAL_MARGIN_MS
  let waitMs = ASK_AGAIN_MS
  for (;;) {
    if (isElsewhere(sent, around)) return ELSEWHERE
    await pause(Math.max(waitMs, finalAt - around.serverNow()), signal)
    if (signal.aborted) return UNTOLD
    if (isElsewhere(sent, around)) return ELSEWHERE
    try {
      return await lookedUp(sent, around)
    } catch (error) {
      if (!(error instanceof RequestRefused) || !PASSING.has(error.error.code)) return UNTOLD
      waitMs = Math.max(ASK_AGAIN_MS, error.error.retryAfterMs ?? 0)
    }
  }
}

/** While no account is known (the connection is being made anew) it may be the same one. */
const isElsewhere = ({ accountId }: SentOrder, { account }: Around): boolean =>
  account !== undefined && account.account.id !== accountId

async function lookedUp({ clientOrderId, accountId }: SentOrder, around: Around): Promise<Resolution> {
  try {
    return { is: 'known', order: await around.ask('order.get', { clientOrderId }) }
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.error.code !== 'NOT_FOUND') throw error
  }
  // Who sits behind the connection may have changed since the page last heard of it, so that is asked too.
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
