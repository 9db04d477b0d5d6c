import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** The rules whose outcome depends on the theme. */
const RULES_OF_COLOR = ['color-contrast', 'link-in-text-block']

/** How much of a page is analyzed. */
export interface Scope {
  /** A selector of the part of the page that has changed since all of it was analyzed. */
  readonly within?: string
  /** Another analysis has covered the same page in the other theme: only colors can differ. */
  readonly colorsOnly?: boolean
}

/** Serious and critical accessibility violations on a page, by axe. */
export async function barriers(page: Page, { within, colorsOnly = false }: Scope = {}): Promise<string[]> {
  // Pages have no frames from other origins, so the analysis runs in the page itself and needs no second page for merging.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode()
  if (within !== undefined) axe.include(within)
  if (colorsOnly) axe.withRules(RULES_OF_COLOR)
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`)
}
