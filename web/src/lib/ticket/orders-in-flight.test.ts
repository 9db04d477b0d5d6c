import { beforeEach, expect, test, vi } from 'vitest'
import { keepSent, type SentOrder, sentIn, takeSent } from './orders-in-flight.ts'

const order = (clientOrderId: string, more: Partial<SentOrder> = {}): SentOrder => ({
  clientOrderId,
  accountId: 'a',
  content: { symbol: 'NOVA', side: 'buy', type: 'market', qty: '5', timeInForce: 'ioc' },
  sentAtMs: 0,
  finalAtMs: 5_000,
  ...more,
})

/** What the browser keeps; undefined if it forbids that. */
let kept: Map<string, string> | undefined
const ofBrowser = () => {
  if (kept === undefined) throw new Error('access is denied')
  return kept
}
vi.stubGlobal('sessionStorage', {
  getItem: (name: string) => ofBrowser().get(name) ?? null,
  setItem: (name: string, text: string) => ofBrowser().set(name, text),
  removeItem: (name: string) => ofBrowser().delete(name),
})
beforeEach(() => (kept = new Map()))

test('an order is found in its instrument, for its account, until its result is told', () => {
  keepSent(order('1'))
  expect([sentIn('NOVA', 'a')?.clientOrderId, sentIn('LUMA', 'a'), sentIn('NOVA', 'b')]).toEqual([
    '1',
    undefined,
    undefined,
  ])
  expect([takeSent('1'), takeSent('1')]).toEqual([true, false])
  expect(sentIn('NOVA', 'a')).toBeUndefined()
  expect(kept?.size).toBe(0)
})

test('a browser that keeps nothing is known', () => {
  kept = undefined
  expect([keepSent(order('1')), takeSent('1'), sentIn('NOVA', 'a')]).toEqual([false, false, undefined])
})

test('what is not an order is ignored', () => {
  for (const text of ['{', '{}', '[null, 1, {"clientOrderId": "1"}]']) {
    kept?.set('valiant.in-flight', text)
    expect(sentIn('NOVA', 'a')).toBeUndefined()
    expect(keepSent(order('2'))).toBe(true)
    expect(sentIn('NOVA', 'a')?.clientOrderId).toBe('2')
  }
})
