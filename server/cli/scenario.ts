import type { Command } from 'commander'
import { inCommandDatabase } from './command-database.ts'
import { StartupError } from '../database/startup-error.ts'
import { ScenarioRuns } from '../journal/scenario-runs.ts'
import { ALL, listedSymbols, readSymbol } from './listed-symbols.ts'
import { momentOf } from './moment-option.ts'
import { endOf, isScenario, playable, SCENARIOS, type ScenarioRun } from '../simulator/scenarios.ts'

/**
 * Commands that play scenarios on the market, such as a flash crash. Each writes rows that
 * the exchange sees within a second.
 */
export function addScenarioCommands(program: Command, root: string): void {
  const inRuns = (work: (runs: ScenarioRuns, listed: readonly string[]) => Promise<string>): Promise<void> =>
    inCommandDatabase(root, async ({ database, config }) => {
      console.log(await work(new ScenarioRuns(database.queries), listedSymbols(config, root)))
    })
  const scenario = program.command('scenario').description('play scenarios such as a flash crash on instruments')
  scenario
    .command('list')
    .description('list available scenarios and those being played')
    .action(() =>
      inRuns(async (runs) => {
        const known = Object.entries(SCENARIOS).map(([name, { summary }]) => `${name.padEnd(14)} ${summary}`)
        const played = [...playable(await runs.list())].filter(([, run]) => endOf(run) > Date.now())
        return [
          ...known,
          '',
          ...(played.length === 0 ? ['No scenario is being played.'] : played.map(sentenceOf)),
        ].join('\n')
      }),
    )
  scenario
    .command('play')
    .argument('<name>', 'as listed by `scenario list`')
    .argument('<symbols...>', `instruments, or ${ALL}`)
    .option('--at <time>', 'when it begins, such as 2026-12-01T14:00:00Z; now if omitted')
    .description('play a scenario on instruments, replacing any that is being played there')
    .action((name: string, symbols: string[], { at }: { at?: string }) => {
      if (!isScenario(name)) {
        throw new StartupError(`Expected one of ${Object.keys(SCENARIOS).join(', ')}, found ${name}.`)
      }
      const fromMs = at === undefined ? undefined : momentOf(at)
      return inRuns(async (runs, listed) => {
        const begun = await runs.play(symbolsOf(symbols, listed), name, fromMs)
        return [...playable(begun)].map(sentenceOf).join('\n')
      })
    })
  scenario
    .command('end')
    .argument('<symbols...>', `instruments, or ${ALL}`)
    .description('end the scenario on instruments; prices stay where they are')
    .action((symbols: string[]) =>
      inRuns(async (runs, listed) => {
        const ended = await runs.end(symbolsOf(symbols, listed))
        return ended.length === 0 ? 'No scenario was being played there.' : `Ended on ${ended.join(', ')}.`
      }),
    )
}

function symbolsOf(words: readonly string[], listed: readonly string[]): readonly string[] {
  const symbols = words.map(readSymbol)
  if (symbols.includes(ALL)) return listed
  const unknown = symbols.find((symbol) => !listed.includes(symbol))
  if (unknown === undefined) return symbols
  throw new StartupError(`${unknown} is not listed: expected the symbol of an instrument, or ${ALL}.`)
}

function sentenceOf([symbol, run]: readonly [string, ScenarioRun]): string {
  const [from, to] = [run.fromMs, endOf(run)].map((timeMs) => new Date(timeMs).toISOString())
  return `${symbol}: ${run.name}, from ${from} to ${to}`
}
