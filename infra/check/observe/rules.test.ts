import { expect, test } from 'vitest'
import { fileOf } from '../files.ts'
import { knownMetrics, metricsOf, queryFaults } from './known-metrics.ts'
import { alerts, alertTests, RULE_FILES } from './rules.ts'

const RUN_BOOK = 'docs/operations/alerts.md'
const known = knownMetrics()

/** The run book's headings of alerts. */
function sectionsOf(page: string): string[] {
  const [, part = ''] = /^## Alerts$([^]*?)(?=^## |(?![^]))/m.exec(page) ?? []
  return [...part.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)
}

test('every alert uses exported metrics', () => {
  const faults = alerts().map(({ alert, expr }) => ({ alert, faults: queryFaults(expr, known) }))
  expect(faults.length).toBeGreaterThan(20)
  expect(faults.filter(({ faults: each }) => each.length > 0)).toEqual([])
})

test.each([
  ['an unknown metric', 'sum(valiant_exchange_leaders) > 1', 'nothing exports valiant_exchange_leaders'],
  ['a histogram without its suffix', 'rate(valiant_commit_duration_seconds[5m])', 'nothing exports'],
  ['an unknown label', 'valiant_symbol_halted{instrument="A"} == 1', 'has no label instrument'],
  ['a group by an unknown label', 'sum by (symbl) (valiant_trades_total)', 'the label symbl'],
  ['invalid PromQL', 'sum(valiant_sockets > 1', 'not PromQL'],
  ['an empty query', '', 'no query'],
])('the check finds %s', (_what, expr, sentence) => {
  expect(queryFaults(expr, known)).toContainEqual(expect.stringContaining(sentence))
})

test('names of alerts are unique', () => {
  const names = alerts().map(({ alert }) => alert)
  expect(names).toEqual([...new Set(names)])
})

test('every alert has a severity, a summary and a link to the run book', () => {
  for (const { alert, labels, annotations } of alerts()) {
    expect(['critical', 'warning'], alert).toContain(labels['severity'])
    expect(annotations['summary'], alert).toMatch(/\S/)
    expect(annotations['runbook_url'], alert).toMatch(new RegExp(`/${RUN_BOOK}#${alert.toLowerCase()}$`))
  }
})

test('the run book has a section for every alert, and no others', () => {
  expect(sectionsOf(fileOf(RUN_BOOK)).sort()).toEqual(
    alerts()
      .map(({ alert }) => alert)
      .sort(),
  )
})

test('the reason for each threshold stands above it', () => {
  for (const path of RULE_FILES) {
    const lines = fileOf(path).split('\n')
    const bare = lines.filter((line, at) => line.includes('- alert: ') && !/^ +# \S/.test(lines[at - 1] ?? ''))
    expect(bare, path).toEqual([])
  }
})

test('every alert is tested for firing and for staying silent', () => {
  const tests = alertTests()
  for (const { alert } of alerts()) {
    const own = tests.filter(({ alertname }) => alertname === alert)
    expect(
      own.some(({ exp_alerts: fires }) => fires.length > 0),
      `${alert} fires`,
    ).toBe(true)
    expect(
      own.some(({ exp_alerts: fires }) => fires.length === 0),
      `${alert} is silent`,
    ).toBe(true)
  }
})

test('every fault metric of the server has an alert', () => {
  const asked = new Set(alerts().flatMap(({ expr }) => metricsOf(expr)))
  const faults = [...known.keys()].filter((name) => /crossed|in_doubt|degraded|errors|failed|defect|lag/.test(name))
  const own = faults.filter((name) => /^valiant_/.test(name))
  expect(own.length).toBeGreaterThan(4)
  expect(own.filter((name) => !asked.has(name))).toEqual([])
})
