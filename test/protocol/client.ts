import type { Account, AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { BookFrame, Instrument } from '@valiant/shared/protocol/market-data'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import { type DataOf, REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import { formatSteps, parseSteps, stepOf } from '@valiant/shared/units/decimal'
import { io, type Socket } from 'socket.io-client'
import { expect } from 'vitest'

/** A client that keeps everything it receives, and checks every successful answer against the schema. */
export class ProtocolClient {
  readonly socket: Socket
  readonly cookie: string | undefined
  readonly seen: { readonly event: string; readonly frame: unknown }[] = []

  constructor(socket: Socket, cookie: string | undefined) {
    this.socket = socket
    this.cookie = cookie
    socket.onAny((event: string, frame: unknown) => this.seen.push({ event, frame }))
  }

  of<Frame>(event: string): Frame[] {
    return this.seen.filter((one) => one.event === event).map(({ frame }) => frame as Frame)
  }

  /** Emits anything with an acknowledgement. */
  async ask(event: string, ...args: unknown[]): Promise<Answer> {
    return (await this.socket.timeout(6_000).emitWithAck(event, ...args)) as Answer
  }

  /** The data of an answer that must be ok. */
  async good<Name extends RequestName>(name: Name, payload: object = {}): Promise<DataOf<Name>> {
    const answer = await this.ask(name, payload)
    if (!answer.ok) throw new Error(`${name}: expected ok, found ${JSON.stringify(answer.error)}`)
    return REQUESTS[name].data.parse(answer.data) as DataOf<Name>
  }

  async refused(event: string, payload: unknown, code: WireError['code']): Promise<WireError> {
    const answer = await this.ask(event, payload)
    expect(answer).toMatchObject({ ok: false, error: { code, outcome: 'not_executed' } })
    return (answer as { error: WireError }).error
  }

  async account(): Promise<AccountSnapshot> {
    return this.good('account')
  }

  async money(): Promise<Account> {
    return (await this.account()).account
  }

  async place(order: object): Promise<PlacedOrder> {
    return this.good('order.place', { clientOrderId: newId(), ...order })
  }
}

let ids = 0
export const newId = (): string => `test-${process.pid}-${Date.now().toString(36)}-${++ids}`

const open = new Set<Socket>()
export function closeAll(): void {
  for (const socket of open) socket.disconnect()
  open.clear()
}

interface Connection {
  readonly cookie?: string
  /** Empty: no Origin header. */
  readonly origin?: string
  readonly auth?: Record<string, unknown>
}

/** Connects; rejects with the error of `connect_error`. */
export async function connect(url: string, connection: Connection = {}): Promise<ProtocolClient> {
  const { cookie, auth, origin = cookie === undefined ? '' : url } = connection
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { ...(cookie !== undefined && { cookie }), ...(origin !== '' && { origin }) },
    ...(auth !== undefined && { auth }),
  })
  open.add(socket)
  const client = new ProtocolClient(socket, cookie)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return client
}

export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

export async function guestCookie(url: string): Promise<string> {
  const response = await rest(url, '/api/auth/sign-in/anonymous', { method: 'POST', body: {} })
  if (response.status !== 200) throw new Error(`guest: ${response.status} ${await response.text()}`)
  return cookieOf(response)
}

export const guest = async (url: string): Promise<ProtocolClient> => connect(url, { cookie: await guestCookie(url) })

export function rest(
  url: string,
  path: string,
  {
    cookie,
    method = 'GET',
    body,
    headers = {},
  }: { cookie?: string | undefined; method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      ...(cookie !== undefined && { cookie }),
      ...(method !== 'GET' && { origin: url }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/** An open instrument, with prices around its market. */
export interface TestMarket {
  readonly instrument: Instrument
  readonly symbol: string
  /** This many percent away from the market, on a tick and inside the band. */
  readonly below: (percent: number) => string
  readonly above: (percent: number) => string
  /** A multiple of a small order that meets the minimum notional. */
  readonly qty: (times?: number) => string
  /** A count of ticks as a price. */
  readonly price: (ticks: number) => string
  readonly bidTicks: number
  readonly askTicks: number
}

export async function market(client: ProtocolClient): Promise<TestMarket> {
  const instrument = (await client.good('instruments')).find(({ status }) => status === 'open')
  if (instrument === undefined) throw new Error('no instrument is open')
  const { symbol, tickSize, lotSize, minNotional } = instrument
  const frames = await client.good('subscribe', { channel: 'book', symbols: [symbol] })
  await client.good('unsubscribe', { channel: 'book', symbols: [symbol] })
  const [book] = frames as BookFrame[]
  const bidTicks = book?.bids[0]?.[0] ?? 0
  const askTicks = book?.asks[0]?.[0] ?? 0
  if (bidTicks === 0 || askTicks === 0) throw new Error(`${symbol} has an empty side`)
  const tick = stepOf(tickSize)
  const lot = stepOf(lotSize)
  const least = parseSteps(instrument.minQty, lot)
  const value = Number(formatSteps(bidTicks, tick)) * Number(lotSize) * 0.9
  const lots = Math.max(least.ok ? least.value : 1, Math.ceil(Number(minNotional) / value))
  const price = (ticks: number) => formatSteps(ticks, tick)
  return {
    ...{ instrument, symbol, price, bidTicks, askTicks },
    below: (percent) => price(Math.floor(bidTicks * (1 - percent / 100))),
    above: (percent) => price(Math.ceil(askTicks * (1 + percent / 100))),
    qty: (times = 1) => formatSteps(lots * times, lot),
  }
}
