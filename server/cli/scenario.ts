import { resolve } from 'node:path'
import type { Command } from 'commander'
import { inCommandDatabase } from './command-database.ts'
import type { Config } from '../config.ts'
import { StartupError } from '../database/startup-error.ts'
import { readInstruments } from '../instruments.ts'
import { ScenarioRuns } from '../journal/scenario-runs.ts'
import { momentOf } from './moment-option.ts'
import { endOf, isScenario, playable, SCENARIOS, type ScenarioRun } from '../simulator/scenarios.ts'

/** What the words of a command mean by all instruments. */
const ALL = 'all'

/** What an operator plays on the market, such as a flash crash for a course: rows that the exchange sees within a second. */
export function addScenarioCommands(program: Command, root: string): void {
  const inRuns = (work: (runs: ScenarioRuns, listed: readonly string[]) => Promise<string>): Promise<void> =>
    inCommandDatabase(root, async ({ database, config }) => {
      console.log(await work(new ScenarioRuns(database.queries), listedBy(config, root)))
    })
  const scenario = program.command('scenario').description('play a flash crash or the like on instruments')
  scenario
    .command('list')
    .description('list what can be played, and what is')
    .action(() =>
      inRuns(async (runs) => {
        const known = Object.entries(SCENARIOS).map(([name, { summary }]) => `${name.padEnd(14)} ${summary}`)
        const played = [...playable(await runs.list())].filter(([, run]) => endOf(run) > Date.now())
        return [...known, '', ...(played.length === 0 ? ['Nothing is played.'] : played.map(sentenceOf))].join('\n')
      }),
    )
  scenario
    .command('play')
    .argument('<name>', 'as `scenario list` has it')
    .argument('<symbols...>', `of instruments, or ${ALL}`)
    .option('--at <time>', 'when it begins, such as 2026-12-01T14:00:00Z; else at once')
    .description('play one on instruments, in place of what is played there')
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
    .argument('<symbols...>', `of instruments, or ${ALL}`)
    .description('end what is played on instruments: calm from now on; prices stay where they have come to')
    .action((symbols: string[]) =>
      inRuns(async (runs, listed) => {
        const ended = await runs.end(symbolsOf(symbols, listed))
        return ended.length === 0 ? 'Nothing was played there.' : `Ended on ${ended.join(', ')}.`
      }),
    )
}

const listedBy = (config: Config, root: string): string[] =>
  readInstruments(resolve(root, config.INSTRUMENTS_FILE)).map(({ spec }) => spec.symbol)

function symbolsOf(words: readonly string[], listed: readonly string[]): readonly string[] {
  if (words.includes(ALL)) return listed
  const unknown = words.find((word) => !listed.includes(word))
  if (unknown === undefined) return words
  throw new StartupError(`${unknown} is not listed: expected the symbol of an instrument, or ${ALL}.`)
}

function sentenceOf([symbol, run]: readonly [string, ScenarioRun]): string {
  const [from, to] = [run.fromMs, endOf(run)].map((timeMs) => new Date(timeMs).toISOString())
  return `${symbol}: ${run.name}, from ${from} to ${to}`
}
