import { expect, test } from 'vitest'
import type { WaitingAlert } from '../../journal/alerts.ts'
import { AlertBook } from './alert-book.ts'

const alert = (id: number, op: 'above' | 'below', ticks: number, symbol = 'VLNT'): WaitingAlert => ({
  ...{ id, op, ticks, symbol, createdAtMs: 0 },
})
const bookOf = (...alerts: WaitingAlert[]) => {
  const book = new AlertBook()
  for (const one of alerts) book.add(one)
  return book
}
/** Trades at these prices, one millisecond apart. */
const prints = (...ticks: number[]) => ticks.map((one, index) => ({ ticks: one, timeMs: index }))
const firedBy = (book: AlertBook, ...ticks: number[]) => book.take('VLNT', prints(...ticks)).map(({ id }) => id)

test('a trade at the price fires an alert, one a tick short of it does not', () => {
  const book = bookOf(alert(1, 'above', 101), alert(2, 'below', 99))
  expect(firedBy(book, 100)).toEqual([])
  expect(firedBy(book, 101)).toEqual([1])
  expect(firedBy(book, 99)).toEqual([2])
})

test('a trade beyond the price fires it, too', () => {
  expect(firedBy(bookOf(alert(1, 'above', 101)), 150)).toEqual([1])
  expect(firedBy(bookOf(alert(1, 'below', 99)), 50)).toEqual([1])
})

test('an alert whose price has already been passed is fired by the next trade: no crossing is required', () => {
  const book = new AlertBook()
  expect(book.take('VLNT', prints(120))).toEqual([])
  book.add(alert(1, 'above', 101))
  expect(firedBy(book, 119)).toEqual([1])
})

test('an alert fires once, by the first trade that reaches it, and reports that trade', () => {
  const book = bookOf(alert(1, 'above', 101))
  expect(book.take('VLNT', prints(100, 102, 101))).toEqual([{ id: 1, ticks: 102, timeMs: 1 }])
  expect(book.size).toBe(0)
  expect(firedBy(book, 102)).toEqual([])
})

test('a price that was only touched within one frame fires its alerts', () => {
  const book = bookOf(alert(1, 'above', 105), alert(2, 'below', 95), alert(3, 'above', 106))
  expect(firedBy(book, 100, 105, 95, 100)).toEqual([1, 2])
  expect(book.has(3)).toBe(true)
})

test('trades of one symbol do not fire alerts of another', () => {
  const book = bookOf(alert(1, 'above', 101, 'NOVA'))
  expect(firedBy(book, 200)).toEqual([])
  expect(book.take('NOVA', prints(200))).toHaveLength(1)
})

test('a deleted alert does not fire, and those further away still do', () => {
  const book = bookOf(alert(1, 'above', 101), alert(2, 'above', 110), alert(3, 'below', 90))
  book.remove(1)
  book.remove(7)
  expect(firedBy(book, 105)).toEqual([])
  expect(firedBy(book, 110)).toEqual([2])
  expect(firedBy(book, 90)).toEqual([3])
})
