import { resolve } from 'node:path'
import type { Command } from 'commander'
import { inCommandDatabase } from './command-database.ts'
import type { Config } from '../config.ts'
import type { Queries } from '../database/database.ts'
import { StartupError } from '../database/startup-error.ts'
import type { MarketStatus } from '../engine/command.ts'
import { afterSplits, isTradable, type ListedInstrument, readInstruments } from '../instruments.ts'
import { type CorporateAction, CorporateActions, type PlannedAction } from '../journal/corporate-actions.ts'
import { setMarketStatus, type OperatorStatus } from '../journal/instruments.ts'
import { ALL, listedSymbols, readSymbol } from './listed-symbols.ts'
import { momentToComeOf } from './moment-option.ts'

/** Commands that change the market. Each writes a row that the exchange sees within a second. */

const SPLIT_TERM_MAX = 1_000

/** @param root the folder of the installation */
export function addOperatorCommands(program: Command, root: string): void {
  const inDatabase = async (work: (queries: Queries, config: Config) => Promise<string>): Promise<void> => {
    console.log(await inCommandDatabase(root, ({ database, config }) => work(database.queries, config)))
  }
  const listed = (config: Config) => readInstruments(resolve(root, config.INSTRUMENTS_FILE))

  for (const [name, status, description] of STATUS_COMMANDS) {
    const command = program
      .command(name)
      .argument('<symbol>', `an instrument, or ${ALL}`, readSymbol)
      .description(description)
    if (status !== 'open') command.option('--cancel-orders', 'also cancel the users’ open orders in it')
    command.action((symbol: string, { cancelOrders = false }: { cancelOrders?: boolean }) =>
      inDatabase(async (queries, config) => {
        const changed: string[] = []
        for (const one of symbol === ALL ? listedSymbols(config, root) : [symbol]) {
          changed.push(await changeStatus(queries, one, { status, cancelsOrders: cancelOrders }))
        }
        return changed.join('\n')
      }),
    )
  }
  program
    .command('dividend')
    .argument('<symbol>', 'an instrument', readSymbol)
    .requiredOption('--cents-per-lot <cents>', 'whole cents paid per lot held')
    .requiredOption('--at <time>', 'when it takes effect, such as 2026-12-01T14:00:00Z')
    .description('schedule a dividend: longs receive it, shorts pay it, and the price falls by it')
    .action((symbol: string, { centsPerLot, at }: { centsPerLot: string; at: string }) => {
      const atMs = momentToComeOf(at)
      return inDatabase(async (queries, config) => {
        const { spec } = await afterItsSplits(queries, listed(config), symbol)
        // At most the value of a lot at the highest price, so that no sum over a position overflows.
        const cents = wholeNumber(centsPerLot, '--cents-per-lot', spec.maxTicks * spec.centsPerTickLot)
        return schedule(queries, { kind: 'dividend', symbol, atMs, centsPerLot: cents })
      })
    })
  program
    .command('split')
    .argument('<symbol>', 'an instrument', readSymbol)
    .requiredOption('--ratio <n:m>', 'n new lots for m old ones: 2:1 doubles them')
    .requiredOption('--at <time>', 'when it takes effect, such as 2026-12-01T14:00:00Z')
    .description('schedule a share split: positions, open orders and price history are adjusted')
    .action((symbol: string, { ratio, at }: { ratio: string; at: string }) => {
      const split = { symbol, ...ratioOf(ratio) }
      const atMs = momentToComeOf(at)
      return inDatabase(async (queries, config) => {
        const instrument = await afterItsSplits(queries, listed(config), symbol)
        if (!afterSplits([instrument], [split]).every(isTradable)) {
          throw new StartupError(`Expected a ratio that leaves ${symbol} at a tradable price, found ${ratio}.`)
        }
        return schedule(queries, { kind: 'split', atMs, ...split })
      })
    })
  program
    .command('scheduled')
    .description('list scheduled dividends and splits')
    .action(() =>
      inDatabase(async (queries) => {
        const actions = await new CorporateActions(queries).pending()
        return actions.length === 0 ? 'Nothing is scheduled.' : actions.map(sentenceOf).join('\n')
      }),
    )
  program
    .command('unschedule')
    .argument('<number>', 'as listed by `scheduled`')
    .description('cancel a dividend or split that has not taken effect yet')
    .action((number: string) => {
      const id = wholeNumber(number, 'the number')
      return inDatabase(async (queries) => {
        if (await new CorporateActions(queries).cancel(id)) return `Unscheduled ${number}.`
        throw new StartupError(`Nothing is scheduled under ${number}, or it has already taken effect.`)
      })
    })
}

const STATUS_COMMANDS: readonly (readonly [name: string, status: MarketStatus, description: string])[] = [
  ['halt', 'halted', 'halt an instrument: no trading; orders can be canceled but not placed'],
  ['resume', 'open', 'end the halt of an instrument'],
  ['close', 'closed', 'close an instrument (like a halt, with status closed)'],
  ['open', 'open', 'open an instrument that was closed'],
]

async function changeStatus(queries: Queries, symbol: string, change: OperatorStatus): Promise<string> {
  const { status, cancelsOrders } = change
  const orders = cancelsOrders ? ' Open orders of users are canceled.' : ''
  if (await setMarketStatus(queries, symbol, status, change)) return `${symbol} is ${status}.${orders}`
  throw unlisted(symbol)
}

/** An instrument after all its applied and scheduled splits. @throws {StartupError} for an unlisted one */
async function afterItsSplits(
  queries: Queries,
  listed: readonly ListedInstrument[],
  symbol: string,
): Promise<ListedInstrument> {
  const actions = new CorporateActions(queries)
  const splits = [...(await actions.splits()), ...(await actions.pending()).filter((action) => action.kind === 'split')]
  const instrument = afterSplits(listed, splits).find(({ spec }) => spec.symbol === symbol)
  if (instrument === undefined) throw unlisted(symbol)
  return instrument
}

async function schedule(queries: Queries, action: PlannedAction): Promise<string> {
  const id = await new CorporateActions(queries).schedule(action)
  return `Scheduled ${sentenceOf({ ...action, id, appliedBatch: undefined })}`
}

function sentenceOf(action: CorporateAction): string {
  const what =
    action.kind === 'dividend'
      ? `dividend of ${action.centsPerLot} cents per lot`
      : `split of ${action.numerator} for ${action.denominator}`
  return `${action.id}: ${action.symbol}, ${what}, at ${new Date(action.atMs).toISOString()}`
}

const unlisted = (symbol: string) => new StartupError(`${symbol} is not listed: expected the symbol of an instrument.`)

function wholeNumber(text: string, what: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= max) return value
  throw new StartupError(`Expected a whole number from 1 to ${max} as ${what}, found ${text}.`)
}

function ratioOf(text: string): { numerator: number; denominator: number } {
  const [first = '', second = '', ...more] = text.split(':')
  const numerator = wholeNumber(first, 'the first of --ratio', SPLIT_TERM_MAX)
  const denominator = wholeNumber(second, 'the second of --ratio', SPLIT_TERM_MAX)
  if (more.length === 0 && numerator !== denominator) return { numerator, denominator }
  throw new StartupError(`Expected a ratio such as 2:1, found ${text}.`)
}
