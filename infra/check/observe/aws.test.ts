import { expect, test } from 'vitest'
import { metricNames } from '../../../server/telemetry/metrics.ts'
import { fileOf, filesOf } from '../files.ts'
import { alerts } from './rules.ts'

const APP = 'infra/terraform/modules/app'
const collector = fileOf(`${APP}/metrics.tf`)
const askers = [...filesOf('infra/terraform/modules/observability/*.tf'), `${APP}/services.tf`].map(fileOf).join('\n')

const namesIn = (text: string): string[] =>
  [...text.matchAll(/"((?:valiant|nodejs)_\w+)"/g)].map(([, name = '']) => name)
const [, list = ''] = /picked = \[([^\]]+)\]/.exec(collector) ?? []
const picked = namesIn(list)

test('the collector selects metrics that the server exports', () => {
  expect(picked.length).toBeGreaterThan(10)
  expect(picked.filter((name) => !metricNames().includes(name))).toEqual([])
  const joined = [...collector.matchAll(/^ {4}(valiant_\w+) += "(?:sum|min)"$/gm)].map(([, name = '']) => name)
  expect(joined.length).toBeGreaterThan(3)
  expect(joined.filter((name) => !picked.includes(name))).toEqual([])
})

test('alarms, scaling and dashboard use exactly the selected metrics', () => {
  expect([...new Set(namesIn(askers))].sort()).toEqual(picked.toSorted())
})

test('alarms on the log match messages of the server', () => {
  const sources = filesOf('server/**/*.ts').map(fileOf).join('\n')
  const said = [...fileOf(`${APP}/log-metrics.tf`).matchAll(/\$\.msg = \\"([^"\\*]+)\*?\\"/g)].map(
    ([, text = '']) => text,
  )
  expect(said.length).toBeGreaterThan(2)
  for (const text of said) expect(sources, text).toContain(`'${text}`)
})

test('alarms link to existing sections of the run book', () => {
  const seen = [...askers.matchAll(/see += "alerts\.md#(\w+)"/g)].map(([, anchor]) => anchor)
  const anchors = alerts().map(({ alert }) => alert.toLowerCase())
  expect(seen.length).toBeGreaterThan(15)
  for (const anchor of seen) expect(anchors).toContain(anchor)
})

test('the collector scrapes the metrics port of the server', () => {
  expect(fileOf(`${APP}/main.tf`)).toMatch(/METRICS_PORT += tostring\(local\.metrics_port\)/)
  expect(collector).toContain('127.0.0.1:${local.metrics_port}')
})
