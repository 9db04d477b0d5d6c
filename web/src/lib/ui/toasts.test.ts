import { expect, test, vi } from 'vitest'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.useFakeTimers()
const { Toasts } = await import('./toasts.svelte.ts')

test('the newest three are shown and the others counted, however many come at once', () => {
  const toasts = new Toasts()
  for (let index = 1; index <= 100; index++) {
    toasts.show(`Alert ${index}`, 'alert', { label: 'Open NOVA', href: '/trade/NOVA' })
  }
  expect(toasts.shown.map(({ text }) => text)).toEqual(['Alert 98', 'Alert 99', 'Alert 100'])
  expect(toasts.hiddenCount).toBe(97)
  for (const { id } of toasts.shown) toasts.close(id)
  expect(toasts.shown.at(-1)?.text).toBe('Alert 97')
  vi.runAllTimers()
  expect([toasts.shown, toasts.hiddenCount]).toEqual([[], 0])
})
