import { Command } from 'commander'
import { wholeNumber } from '../rig/arguments.ts'
import { guestCookie } from '../rig/trader.ts'
import { Child } from './child.ts'
import type { Measured } from './clients.ts'
import { Histogram } from './histogram.ts'
import { type LoadRow, keepRow, tableOf } from './report.ts'
import { Servers } from './servers.ts'
import type { Figures } from './watch.ts'

/**
 * `npm run load -- --clients N --instances K`: measures the servers while N terminals watch and some traders trade (docs/load).
 * Clients and servers share the cores of this machine.
 */

interface Options {
  readonly clients: number
  readonly instances: number
  readonly seconds: number
  readonly orders: number
  readonly workers: number
  readonly write: boolean
}

/** Half of the 300 handshakes per second that an instance accepts. */
const HANDSHAKES_PER_SECOND = 150
const TRADERS = 20
const GUEST_TRIES_MAX = 5
const SYMBOLS = ['VLNT', 'NOVA', 'EUR-USD']
const WARM_UP_SECONDS = 3
const SETTLE_MS = 1_500

let isStopping = false
const say = (text: string) => console.error(text)

const command = new Command('npm run load --')
  .description('Many light clients on real servers, all on this machine.')
  .option('--clients <count>', 'sockets, each subscribed like the terminal', wholeNumber, 1_000)
  .option('--instances <count>', 'servers; more than one share a Redis', wholeNumber, 1)
  .option('--seconds <count>', 'duration of the measurement', wholeNumber, 12)
  .option('--orders <count>', 'orders per second, by 20 traders', wholeNumber, 50)
  .option('--workers <count>', 'processes for the clients', wholeNumber, 1)
  .option('--write', 'write the row, the table and the plot into docs/load', false)
  .action(async (options: Options) => {
    await using parts = new AsyncDisposableStack()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        isStopping = true
        void parts.disposeAsync().finally(() => process.exit(1))
      })
    }
    const row = await load(parts, options)
    console.log(tableOf([row]))
    if (options.write) keepRow(row)
  })
await command.parseAsync().catch((error: unknown) => {
  // Closing the parts on a signal makes pending work fail. The signal handler ends the process when everything is closed.
  if (!isStopping) throw error
})

async function load(parts: AsyncDisposableStack, options: Options): Promise<LoadRow> {
  const { clients, instances, seconds, orders, workers } = options
  say(`Starting ${instances} server${instances === 1 ? '' : 's'} …`)
  const servers = parts.use(await Servers.open(instances, say))
  const { ports } = servers
  const traders = orders > 0 ? await tradersAt(servers) : []
  await pause(SETTLE_MS)
  const idle = await servers.figures()

  say(`Opening ${clients} sockets …`)
  const children: Child[] = []
  for (let at = 0; at < workers; at++) {
    children.push(parts.use(await Child.start(new URL('clients.ts', import.meta.url))))
  }
  const perSecond = (HANDSHAKES_PER_SECOND * instances) / workers
  await Promise.all(
    children.map((child, at) => {
      const share = Math.floor(clients / workers) + (at < clients % workers ? 1 : 0)
      return child.ask({ open: share, ports, perSecond, symbols: SYMBOLS })
    }),
  )
  await pause(SETTLE_MS)
  const opened = await servers.figures()

  await children[0]?.ask({ traders })
  const measure = (forSeconds: number) =>
    Promise.all(
      children.map((child, at) => child.ask<Measured>({ seconds: forSeconds, ordersPerSecond: at === 0 ? orders : 0 })),
    )
  await measure(WARM_UP_SECONDS)
  say(`Measuring ${seconds} s …`)
  const before = await servers.figures()
  const samples: (readonly Figures[])[] = []
  const sampling = setInterval(() => void servers.figures().then((figures) => samples.push(figures), say), 1_000)
  const measured = await measure(seconds)
  clearInterval(sampling)
  return rowOf(options, { idle, opened, before, samples, measured })
}

async function tradersAt({ all }: Servers) {
  const traders = []
  for (let at = 0; at < TRADERS; at++) {
    const server = all[at % all.length]
    if (server === undefined) continue
    const symbol = SYMBOLS[at % 2] ?? 'VLNT' // shares, in whole lots
    traders.push({ port: server.port, cookie: await guestOf(server.url), symbol })
  }
  return traders
}

/** Retries, because an overloaded machine sometimes refuses a sign-in. */
async function guestOf(url: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await guestCookie(url)
    } catch (error) {
      if (tries === GUEST_TRIES_MAX) throw error
      await pause(SETTLE_MS)
    }
  }
}

interface Facts {
  readonly idle: readonly Figures[]
  readonly opened: readonly Figures[]
  readonly before: readonly Figures[]
  readonly samples: readonly (readonly Figures[])[]
  readonly measured: readonly Measured[]
}

function rowOf({ clients, instances, seconds }: Options, { idle, opened, before, samples, measured }: Facts): LoadRow {
  const frameMs = new Histogram()
  const ackMs = new Histogram()
  const refused: Record<string, number> = {}
  for (const one of measured) {
    frameMs.addAll(one.frameMs)
    ackMs.addAll(one.ackMs)
    for (const [code, times] of Object.entries(one.refused)) refused[code] = (refused[code] ?? 0) + times
  }
  if (Object.keys(refused).length > 0) say(`Refused: ${JSON.stringify(refused)}`)
  const sum = (of: readonly Figures[], what: 'rssBytes' | 'cpuMicroseconds') =>
    of.reduce((total, figures) => total + figures[what], 0)
  const total = (what: 'frames' | 'bytes' | 'orders' | 'lost' | 'cpuMicroseconds') =>
    measured.reduce((all, one) => all + one[what], 0)
  const last = samples.at(-1) ?? before
  const cpuSeconds = (sum(last, 'cpuMicroseconds') - sum(before, 'cpuMicroseconds')) / 1e6
  const sampledSeconds = Math.max(1, samples.length)
  const delays = samples.flat()
  return {
    clients,
    instances,
    framesPerSecond: total('frames') / seconds,
    megabytesPerSecond: total('bytes') / seconds / 1e6,
    frameP50Ms: frameMs.quantile(0.5),
    frameP99Ms: frameMs.quantile(0.99),
    ordersPerSecond: total('orders') / seconds,
    ackP50Ms: ackMs.quantile(0.5),
    ackP99Ms: ackMs.quantile(0.99),
    kibPerSocket: (sum(opened, 'rssBytes') - sum(idle, 'rssBytes')) / 1_024 / Math.max(1, clients),
    loopP99Ms: Math.max(...delays.map(({ delayP99Ms }) => delayP99Ms)),
    serverCores: cpuSeconds / sampledSeconds,
    clientCores: total('cpuMicroseconds') / 1e6 / seconds,
    lost: total('lost'),
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
