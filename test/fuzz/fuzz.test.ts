import { expect, it } from 'vitest'
import { Engine } from '../../server/engine/engine.ts'
import { OPTIONS } from './player.ts'
import { run, shrunk } from './session.ts'
import { Coverage } from './vocabulary.ts'

const COMMANDS = 200_000
const SESSION = 20_000

it(`agrees with its oracle on ${COMMANDS} commands, which cover the whole vocabulary`, () => {
  const coverage = new Coverage()
  for (let seed = 1; seed <= COMMANDS / SESSION; seed++) {
    const { fault } = run(seed, SESSION, { coverage })
    expect(fault, `seed ${seed}: npm run fuzz -- --seed ${seed} finds the shortest session`).toBeUndefined()
  }
  expect(coverage.missing).toEqual([])
}, 300_000)

it('detects a wrong engine and shrinks the session that shows it', () => {
  class Hasty extends Engine {
    override quantum(timeMs: number): void {
      super.quantum(timeMs + 1)
    }
  }
  const wrong = { makeEngine: () => new Hasty(OPTIONS) }
  const { actions, fault } = run(1, SESSION, wrong)
  expect(fault?.text).toMatch(/^\.events\./)
  const less = shrunk(actions, wrong)
  expect(less.fault?.text).toMatch(/^\.events\./)
  expect(less.actions.length).toBeLessThan(actions.length)
})
