import { z } from 'zod'
import { AccountFrame } from './account.ts'
import { AlertFrame } from './alerts.ts'
import { GOODBYE_CODES } from './errors.ts'
import type { WireError } from './wire-error.ts'
import { Epoch, Id, Seq, Time } from './fields.ts'
import { BookFrame, CandleFrame, QuotesFrame, TickerFrame, TradesFrame } from './market-data.ts'
import { NewsFrame } from './news.ts'
import { type DataOf, type PayloadOf, type RequestName } from './requests.ts'

export const Scope = z.enum(['read', 'trade'])
export type Scope = z.infer<typeof Scope>

export const Welcome = z
  .object({
    protocol: z.literal(1),
    serverVersion: z.string(),
    instanceId: z.string(),
    epoch: Epoch,
    time: Time,
    accountId: Id.optional().describe('Absent on a public connection.'),
    scopes: z.array(Scope),
    limits: z.record(z.string(), z.number()),
    heartbeatMs: z.int(),
    resumed: z
      .boolean()
      .describe('Whether the account frames after `auth.resumeFrom` follow. If not, request `account`.'),
  })
  .describe('The first event of every connection.')
export type Welcome = z.infer<typeof Welcome>

export const Heartbeat = z
  .object({
    time: Time,
    counter: z.int(),
    epoch: Epoch,
    accountSeq: Seq.optional().describe(
      'The `seq` of the latest account frame. If you have not seen it, request `account`.',
    ),
  })
  .describe('Sent every second. After five seconds without any event, reconnect.')
export type Heartbeat = z.infer<typeof Heartbeat>

export const StatusFrame = z
  .object({
    epoch: Epoch,
    time: Time,
    market: z.enum(['open', 'degraded', 'halted']),
    message: z.string().optional(),
  })
  .describe('The state of the whole market: after the welcome if it is not `open`, and whenever it changes.')
export type StatusFrame = z.infer<typeof StatusFrame>

export const Goodbye = z
  .object({ code: z.enum(GOODBYE_CODES), message: z.string() })
  .describe('Why the server is about to close this connection.')
export type Goodbye = z.infer<typeof Goodbye>

export const ServerClosing = z
  .object({ afterMs: z.int(), reason: z.string() })
  .describe('This instance shuts down and closes the connection after `afterMs`; connect again, to another one.')
export type ServerClosing = z.infer<typeof ServerClosing>

/** Every event that the server sends unasked. */
export const EVENTS = {
  welcome: Welcome,
  heartbeat: Heartbeat,
  quotes: QuotesFrame,
  ticker: TickerFrame,
  candle: CandleFrame,
  book: BookFrame,
  trades: TradesFrame,
  account: AccountFrame,
  alert: AlertFrame,
  news: NewsFrame,
  status: StatusFrame,
  goodbye: Goodbye,
  'server.closing': ServerClosing,
} as const
export type EventName = keyof typeof EVENTS
export type EventOf<Name extends EventName> = z.infer<(typeof EVENTS)[Name]>

/** The rate-limit bucket after a trading request. */
export interface Rate {
  remaining: number
  resetMs: number
}

/** The answer to a request. `duplicate`: the request repeats an id, and this is the first answer again. */
export type Answer<Data = unknown> =
  | { ok: true; data: Data; duplicate?: true; rate?: Rate }
  | { ok: false; error: WireError; duplicate?: true; rate?: Rate }

export type ClientToServerEvents = {
  [Name in RequestName]: (payload: PayloadOf<Name>, answer: (answer: Answer<DataOf<Name>>) => void) => void
}
export type ServerToClientEvents = { [Name in EventName]: (frame: EventOf<Name>) => void }
