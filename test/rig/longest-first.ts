import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The slowest files. Started last, they would run alone at the end. */
const LONGEST = [
  'test/e2e/exchange.test.ts',
  'test/process/start.test.ts',
  'test/sim/sim.test.ts',
  'test/e2e/trader.test.ts',
  'test/e2e/portfolio.test.ts',
  'test/e2e/status.test.ts',
  'test/e2e/workspace.test.ts',
  'test/realism/facts.test.ts',
  'test/e2e/chart.test.ts',
  'test/fuzz/fuzz.test.ts',
]

/** Starts the slowest files first. Without times of an earlier run, as on a CI machine, Vitest would order by file size. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}
