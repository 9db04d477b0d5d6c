import { expect, test } from 'vitest'
import {
  HIDDEN,
  panelCookies,
  panelSizesFrom,
  panelSizesOf,
  panelStyle,
  PANELS_COOKIE,
  screenOf,
  withoutSizes,
  withSize,
} from './panel-sizes.ts'

test('each breakpoint has its own sizes; narrow pages have none', () => {
  expect([1_023, 1_024, 1_439, 1_440, 1_799, 1_800].map(screenOf)).toEqual([
    ...[undefined, 'narrow', 'narrow', 'wide', 'wide', 'widest'],
  ])
})

test('a chosen size is written into cookie and style, and taken out again', () => {
  const one = withSize({}, { screen: 'wide', panel: 'book', size: 300.4 })
  const both = withSize(one, { screen: 'narrow', panel: 'bottom', size: 180 })
  expect(both).toEqual({ narrow: { bottom: 180 }, wide: { book: 300 } })
  expect(panelStyle(both)).toBe('--narrow-bottom: 180px; --wide-book: 300px')
  expect(panelCookies(both)).toEqual([[PANELS_COOKIE, 'narrow-bottom-180.wide-book-300']])
  expect(panelSizesOf('narrow-bottom-180.wide-book-300')).toEqual(both)
  expect(withSize(both, { screen: 'wide', panel: 'book', size: undefined })).toEqual({ narrow: { bottom: 180 } })
  expect(panelStyle({})).toBe('')
  expect(panelSizesOf(undefined)).toEqual({})
})

test('of what any program may have kept only sizes are believed', () => {
  const odd = { wide: { book: 199, ticket: '300', bottom: 5_000, chart: 500 }, narrow: [1], huge: { book: 300 } }
  expect(panelSizesFrom(odd)).toEqual({})
  expect(panelSizesFrom({ wide: { book: 250, ticket: Number.NaN } })).toEqual({ wide: { book: 250 } })
  for (const none of [undefined, null, 'wide', 7]) expect(panelSizesFrom(none)).toBeUndefined()
  expect(panelSizesOf('wide-book-300;x.wide-ticket-1e9.wide-bottom-.wide-book')).toEqual({})
})

test('a panel is hidden at one breakpoint, and shown again in its default size', () => {
  const sized = withSize({ narrow: { book: 250 } }, { screen: 'wide', panel: 'bottom', size: 180 })
  const both = withSize(sized, { screen: 'wide', panel: 'book', size: HIDDEN })
  expect(both).toEqual({ narrow: { book: 250 }, wide: { book: HIDDEN, bottom: 180 } })
  const hidden = '--wide-book: 0px; --wide-book-display: none; --wide-book-chart: book-end'
  expect(panelStyle(both)).toBe(`--narrow-book: 250px; ${hidden}; --wide-bottom: 180px`)
  expect(panelCookies(both)).toEqual([[PANELS_COOKIE, 'narrow-book-250.wide-book-hidden.wide-bottom-180']])
  expect(panelSizesOf('narrow-book-250.wide-book-hidden.wide-bottom-180')).toEqual(both)
  expect(panelSizesFrom(both)).toEqual(both)
  expect(withSize(both, { screen: 'wide', panel: 'book', size: undefined })).toEqual(sized)
  expect(withoutSizes(both, 'wide')).toEqual({ narrow: { book: 250 } })
})

test('nothing can be traded without the ticket, so it is never hidden', () => {
  expect(panelSizesFrom({ wide: { ticket: HIDDEN } })).toEqual({})
  expect(panelSizesOf('wide-ticket-hidden')).toEqual({})
})
