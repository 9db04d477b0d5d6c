import { relative } from 'node:path'
import type { Reporter, TestCase } from 'vitest/node'

/** Lists the tests that passed only when retried, with their first failure: each is a fault in the code or the test. */
export default class SecondTries implements Reporter {
  readonly #found: TestCase[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#found.push(test)
  }

  onTestRunEnd(): void {
    for (const test of this.#found) {
      const file = relative(process.cwd(), test.module.moduleId)
      console.log(`Passed at the second try: ${file} > ${test.fullName}`)
      for (const { message } of test.result().errors ?? []) console.log(`  at the first: ${message}`)
    }
  }
}
