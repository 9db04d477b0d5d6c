/** What a phone shows, one at a time. In a workspace `?tab=` says which of its panels; without it, the chart, or who is new the ticket. */
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
