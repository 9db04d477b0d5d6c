import { relative } from 'node:path'
import type { Reporter, TestCase } from 'vitest/node'

/** Names at the end the tests that passed at their second try, and what the first met: each is a fault, of ours or of theirs. */
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
