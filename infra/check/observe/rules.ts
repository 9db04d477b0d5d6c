import { parse } from 'yaml'
import { fileOf, filesOf } from '../files.ts'

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface AlertTest {
  readonly alertname: string
  readonly exp_alerts: readonly unknown[]
}

export const RULE_FILES = filesOf('infra/observe/prometheus/rules/*.yml')
export const TEST_FILES = filesOf('infra/observe/prometheus/tests/*.yml')

/** All alerts in a rules file. */
export function alertsOf(text: string): readonly Alert[] {
  const { groups } = parse(text) as { groups: readonly { rules: readonly Alert[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

export const alerts = (): readonly Alert[] => RULE_FILES.flatMap((path) => alertsOf(fileOf(path)))

/** The tests of the alerts, for promtool. */
export const alertTests = (): readonly AlertTest[] =>
  TEST_FILES.flatMap((path) => {
    const { tests } = parse(fileOf(path)) as { tests: readonly { alert_rule_test: readonly AlertTest[] }[] }
    return tests.flatMap((test) => test.alert_rule_test)
  })
