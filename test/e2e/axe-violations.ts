import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** What seriously stands in the way of who cannot see or point, by axe. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`)
}
