import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { openDatabase } from '../database/database.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { readInstruments } from '../instruments.ts'
import { systemClock } from './clock.ts'
import { Exchange } from './exchange.ts'

/** Messages from an exchange in a child process to its parent. */
export type Report =
  | { readonly kind: 'frame'; readonly epoch: number; readonly full: boolean; readonly atMs: number }
  | { readonly kind: 'status'; readonly epoch: number; readonly market: string }
  | { readonly kind: 'log'; readonly message: string }
  | { readonly kind: 'handedOver'; readonly isHandedOver: boolean }

/**
 * `node exchange-process.fixture.ts URL`, forked: an exchange on its own, for tests that kill or freeze a process. The
 * message `handOver` makes it hand over; it exits when its parent does.
 */
if (import.meta.main) {
  const [, , url = ''] = process.argv
  const report = (message: Report) => process.send?.(message)
  const write = (line: string) => report({ kind: 'log', message: (JSON.parse(line) as { msg: string }).msg })
  const log = pino({ level: 'info' }, { write })
  const instruments = readInstruments(fileURLToPath(new URL('../../db/instruments.json', import.meta.url)))
  const broadcast = new MemoryBroadcast<MarketFrame>()
  broadcast.subscribe({
    market: ({ epoch, full }) => report({ kind: 'frame', epoch, full, atMs: Date.now() }),
    status: ({ epoch, market }) => report({ kind: 'status', epoch, market }),
    account: () => undefined,
    accountSeq: () => undefined,
    alert: () => undefined,
    news: () => undefined,
    linked: () => undefined,
  })
  const exchange = Exchange.start({
    ...{ database: await openDatabase({ url, logger: log }), bus: new MemoryCommandBus(), broadcast, instruments, log },
    ...{
      clock: systemClock,
      holder: `process ${process.pid}`,
      seed: 7,
      historyDays: 1,
      liveness: 1,
      maxOpenOrdersPerInstrument: 200,
    },
    rates: { ordersPerSecond: 1_000, ordersBurst: 1_000 },
  })
  process.on('message', () => {
    void exchange.handOver().then((isHandedOver) => report({ kind: 'handedOver', isHandedOver }))
  })
  process.on('disconnect', () => process.exit(0))
}
