import { Command, InvalidArgumentError } from 'commander'
import { run, shrunk, STATE_EVERY } from './session.ts'
import { Coverage } from './vocabulary.ts'

/** `npm run fuzz -- --commands 10000000 --seed 7`: the engine against its oracle, session after session. */

/** A session is so long: what goes wrong late is long to shrink. */
const SESSION = 20_000

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('A whole number is expected.')
  return value
}

const { commands, seed, stateEvery, shrink } = new Command('fuzz')
  .description('tries the engine against its oracle')
  .option('-n, --commands <count>', 'how many commands', whole, 200_000)
  .option('-s, --seed <seed>', 'of the first session; the next ones count up', whole, 1)
  .option('-e, --state-every <count>', 'compares the whole state after so many commands', whole, STATE_EVERY)
  .option('--no-shrink', 'does not look for a shorter session that goes wrong')
  .parse()
  .opts<{ commands: number; seed: number; stateEvery: number; shrink: boolean }>()

const coverage = new Coverage()
const startMs = performance.now()
let done = 0
for (let at = seed; done < commands; at++) {
  const { actions, fault } = run(at, Math.min(SESSION, commands - done), { coverage, stateEvery })
  done += actions.length
  if (fault !== undefined) {
    console.error(`seed ${at}, command ${fault.at}: ${JSON.stringify(actions[fault.at])}\n${fault.text}\n`)
    process.exitCode = 1
    if (!shrink) break
    const less = shrunk(actions, { stateEvery })
    console.error(`shrunk to ${less.actions.length} commands:`)
    for (const action of less.actions) console.error(JSON.stringify(action))
    console.error(less.fault?.text)
    break
  }
}
const seconds = (performance.now() - startMs) / 1_000
console.log(`${done} commands, ${(done / seconds).toFixed(0)} a second\n${coverage.text}`)
if (coverage.missing.length > 0) console.log(`never reached: ${coverage.missing.join(', ')}`)
