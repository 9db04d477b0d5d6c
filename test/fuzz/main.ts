import { Command } from 'commander'
import { wholeNumber } from '../rig/arguments.ts'
import { run, shrunk, STATE_EVERY } from './session.ts'
import { Coverage } from './vocabulary.ts'

/** `npm run fuzz -- --commands 10000000 --seed 7`: compares the engine with its oracle in many sessions. */

/** Length of a session. Longer ones would take long to shrink. */
const SESSION = 20_000

const { commands, seed, stateEvery, shrink } = new Command('npm run fuzz --')
  .description('Compares the engine with its oracle.')
  .option('-n, --commands <count>', 'number of commands', wholeNumber, 200_000)
  .option('-s, --seed <seed>', 'seed of the first session; later ones count up', wholeNumber, 1)
  .option('-e, --state-every <count>', 'compare the whole state after every so many commands', wholeNumber, STATE_EVERY)
  .option('--no-shrink', 'do not look for a shorter session with the same fault')
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
console.log(`${done} commands, ${(done / seconds).toFixed(0)} per second\n${coverage.text}`)
if (coverage.missing.length > 0) console.log(`never reached: ${coverage.missing.join(', ')}`)
