import { RequestRefused } from '@valiant/shared/client/errors'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import { money } from '#lib/ui/format.ts'

/** Why something about an account was not done, what that did to the money, and what helps. */
export function accountRefusal(error: unknown): string {
  if (!(error instanceof RequestRefused)) return 'Its result isn’t known yet. The account shows what came of it.'
  const { code, details, message } = error.error
  if (code === 'INSUFFICIENT_FUNDS') {
    const available = details?.['available']
    const free = typeof available === 'string' ? `${money(available)} are free. ` : ''
    return `${free}Nothing was moved. Cancel an open order, or close a position, to have more.`
  }
  return SENTENCES[code] ?? message
}

const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  INSUFFICIENT_MARGIN:
    'Not while you are short, in debt, or have open orders that need it. Nothing was changed: close those first.',
  LIQUIDATING: 'Your positions are being closed just now. Nothing was changed; a deposit may end it.',
  UNAVAILABLE: 'The exchange can’t take it for the moment. Nothing was changed. Try again in a while.',
}
