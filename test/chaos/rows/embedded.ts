import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from '../../../server/database/embedded-postgres.ts'
import { Command } from '../../process/command.ts'
import { dataFolder, processesOf } from '../../rig/data-folder.ts'
import { SYMBOLS } from '../../rig/fleet.ts'
import { fewInstruments, freePort } from '../../rig/server.ts'
import type { Arena } from '../arena.ts'
import { TradingRun, type Result } from '../trading-run.ts'
import type { Scale } from '../row.ts'

const UP_MS = 5_000

/** A single server as with `npm start`: node is killed, and the next start finds the Postgres that it left running. */
export async function killEmbedded(_: Arena, { isLong }: Scale): Promise<Result> {
  await using folder = await dataFolder()
  const environment = {
    PORT: String(await freePort()),
    DATA_DIR: folder.path,
    INSTRUMENTS_FILE: await fewInstruments(SYMBOLS, folder.path),
    LIMIT_ORDERS_PER_SECOND: '100000',
    LIMIT_ORDERS_BURST: '100000',
    LIMIT_GUESTS_PER_MINUTE: '100000',
    MARKET_LIVENESS: '0.25',
    DRAIN_SPREAD_MS: '0',
  }
  let server = new Command(environment)
  try {
    const url = await server.ready()
    // The server has already started it, so this only finds it. It is not stopped here.
    const { url: databaseUrl } = await startEmbeddedPostgres({ dataDir: folder.path })
    const faults: string[] = []
    const target = { databaseUrl, faults: () => faults, describe: () => server.stdout.slice(-4_000) }
    const options = { isLong, traders: isLong ? 32 : 8, urls: [url], paceMs: 200, againMax: isLong ? 2_000 : 100 }
    const run = await TradingRun.open(target, options)
    const ups: number[] = []
    for (let round = 0; round < (isLong ? 20 : 2); round++) {
      await delay(500)
      const killedAt = Date.now()
      server.process.kill('SIGKILL')
      await server.code()
      server = new Command(environment)
      await server.ready()
      ups.push(Date.now() - killedAt)
      run.must(
        'the server uses the Postgres that was left running',
        server.stdout.includes('Found the embedded Postgres'),
      )
      await run.recovered(killedAt, { maxMs: 2 * UP_MS })
    }
    run.within('up again', Math.max(...ups), UP_MS)
    run.note(`up again after ${Math.max(...ups)} ms at most`)
    const result = await run.close()
    server.pressCtrlC()
    const misses = [...result.misses]
    if ((await server.code()) !== 0) misses.push('Ctrl-C did not end it with 0')
    const left = processesOf(folder.path)
    if (left.length > 0) misses.push(`processes left after Ctrl-C: ${left.join('; ')}`)
    return { ...result, misses }
  } finally {
    if (!server.hasEnded) {
      server.process.kill('SIGKILL')
      await server.code()
    }
  }
}
