/** The view a phone shows. In a workspace `?tab=` picks the panel; without it the chart, or for new visitors the ticket. */
export type PhoneView = 'markets' | 'chart' | 'book' | 'ticket' | 'positions' | 'other'

const PANELS = ['chart', 'book', 'ticket', 'positions'] as const

/** @param url the page's address, as the browser or SvelteKit has it */
export function phoneViewOf({
  pathname,
  searchParams,
}: {
  readonly pathname: string
  readonly searchParams: Pick<URLSearchParams, 'get' | 'has'>
}): PhoneView {
  if (pathname === '/') return 'markets'
  if (!pathname.startsWith('/trade')) return 'other'
  const asked = searchParams.get('tab')
  return PANELS.find((panel) => panel === asked) ?? (searchParams.has('first') ? 'ticket' : 'chart')
}
