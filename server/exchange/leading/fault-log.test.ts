import { pino } from 'pino'
import { expect, test } from 'vitest'
import { FaultLog } from './fault-log.ts'

function faultLog() {
  const lines: { level: number; msg: string; unlogged?: number; err?: { message: string } }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) })
  return { faults: new FaultLog(log), lines }
}

test('a fault that comes with every retry is logged every ten seconds, with the number that were not', () => {
  const { faults, lines } = faultLog()
  for (let ms = 0; ms <= 10_000; ms += 250) faults.fault(new Error(`no space for batch ${ms}`), ms)
  expect(lines).toMatchObject([
    { level: 50, msg: 'exchange: recovers from a fault', err: { message: 'no space for batch 0' } },
    { level: 50, msg: 'exchange: recovers from a fault', unlogged: 39 },
  ])
})

test('another fault is logged at once, and so is one with a clock that was set back', () => {
  const { faults, lines } = faultLog()
  faults.fault(new Error('no space'), 1_000_000)
  faults.silence(new Error('connection refused'), 1_000_250)
  faults.fault(new Error('no space'), 500_000)
  expect(lines.map(({ level }) => level)).toEqual([50, 40, 50])
})

test('it says that faults are over if it has not logged all of them, once', () => {
  const { faults, lines } = faultLog()
  faults.over()
  faults.fault(new Error('no space'), 0)
  faults.over()
  expect([lines.length, faults.isQuiet]).toEqual([1, false])
  faults.fault(new Error('no space'), 250)
  expect([lines.length, faults.isQuiet]).toEqual([1, true])
  faults.over()
  faults.over()
  expect(lines.slice(1)).toMatchObject([{ level: 30, unlogged: 1 }])
  expect(faults.isQuiet).toBe(false)
})
