import { describe, expect, test } from 'vitest'
import { CALM } from './conditions.ts'
import {
  conditionsOf,
  endOf,
  isScenario,
  playable,
  SCENARIOS,
  type Scenario,
  type ScenarioName,
  stepOf,
} from './scenarios.ts'

const START_MS = 1_750_000_000_000
const MINUTE_MS = 60_000
const at = (minutes: number) => START_MS + minutes * MINUTE_MS
const run = { name: 'earnings-beat', fromMs: START_MS } as const

describe('every scenario', () => {
  test.each(Object.entries(SCENARIOS) as [ScenarioName, Scenario][])(
    '%s starts at once, has its phases in order, and ends',
    (name, scenario) => {
      const minutes = scenario.phases.map(({ fromMinute }) => fromMinute)
      expect(minutes[0]).toBe(0)
      expect([...minutes, scenario.endsMinute]).toEqual([...minutes, scenario.endsMinute].toSorted((a, b) => a - b))
      expect(endOf({ name, fromMs: START_MS })).toBe(at(scenario.endsMinute))
    },
  )

  test('is recognized by its name only', () => {
    expect(['flash-crash', 'toString', ''].map(isScenario)).toEqual([true, false, false])
  })

  test('can be played; scenarios of a later version are left out', () => {
    const later = { symbol: 'VLNT', name: 'of-a-later-version', fromMs: 1 }
    expect(playable([{ symbol: 'NOVA', ...run }, later])).toEqual(new Map([['NOVA', run]]))
  })
})

describe('a run', () => {
  test('waits for its time, enters each phase once, and is over at its end', () => {
    const before = stepOf(run, undefined, at(-1))
    expect(before).toEqual({ progress: { ...run, entered: 0, isOver: false }, conditions: CALM, jump: 0 })
    const waiting = stepOf(run, before.progress, at(0))
    expect(waiting).toMatchObject({ progress: { entered: 1 }, conditions: { takers: 0.5 }, jump: 0 })
    const shock = stepOf(run, waiting.progress, at(5))
    expect(shock).toMatchObject({ progress: { entered: 2 }, conditions: { takers: 6 }, jump: 0.07 })
    expect(stepOf(run, shock.progress, at(19)).jump).toBe(0)
    const over = stepOf(run, shock.progress, at(60))
    expect(over).toEqual({ progress: { ...run, entered: 3, isOver: true }, conditions: CALM, jump: 0 })
  })

  test('that was not followed for a while makes up for its jump and continues with the current phase', () => {
    const { progress } = stepOf(run, undefined, at(1))
    expect(stepOf(run, progress, at(30))).toMatchObject({ jump: 0.07, conditions: { takers: 2.5 } })
    expect(stepOf(run, progress, at(90))).toMatchObject({ jump: 0.07, conditions: CALM })
  })

  test('that is already over when it is first seen changes nothing', () => {
    expect(stepOf(run, undefined, at(61))).toMatchObject({ jump: 0, conditions: CALM, progress: { isOver: true } })
  })

  test('has the same conditions after it is restored from a saved progress', () => {
    for (const minutes of [-1, 0, 5, 20, 60]) {
      const { progress, conditions } = stepOf(run, undefined, at(minutes))
      expect(conditionsOf(progress)).toEqual(conditions)
    }
  })
})
