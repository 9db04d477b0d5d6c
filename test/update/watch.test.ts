import { expect, test } from 'vitest'
import { replaced } from './tree.ts'
import { Alarm, type Figures, figuresOf } from './watch.ts'

/** What an alarm says in the end, given what is added with each look. */
const saidOf = (looks: readonly Partial<Figures>[]): string | undefined => {
  const alarm = new Alarm()
  let now: Figures = { acks: 0, slowAcks: 0, defects: 0 }
  let said: string | undefined
  for (const { acks = 0, slowAcks = 0, defects = 0 } of looks) {
    now = { acks: now.acks + acks, slowAcks: now.slowAcks + slowAcks, defects: now.defects + defects }
    said ??= alarm.look(now)
  }
  return said
}
const times = (count: number, look: Partial<Figures>) => Array<Partial<Figures>>(count).fill(look)

test('acks that are slow, look after look, are an alarm; what a hand-over holds up is none', () => {
  expect(saidOf(times(20, { acks: 20, slowAcks: 2 }))).toMatch(/of \d+ acks took longer than 0.25 s/)
  const handOver = [...times(5, { acks: 20 }), { acks: 20, slowAcks: 20 }, ...times(20, { acks: 20 })]
  expect(saidOf(handOver)).toBeUndefined()
})

test('a slow one in a hundred is none, nor are slow ones among hardly any', () => {
  expect(saidOf(times(30, { acks: 100, slowAcks: 1 }))).toBeUndefined()
  expect(saidOf(times(30, { acks: 1, slowAcks: 1 }))).toBeUndefined()
})

test('defects that go on are an alarm, without any ack', () => {
  expect(saidOf(times(20, { defects: 1 }))).toMatch(/failed by a defect/)
})

test('figures come out of what Prometheus reads, over all labels', () => {
  const text = `# TYPE valiant_order_ack_seconds histogram
valiant_order_ack_seconds_bucket{le="0.1",request="order.place"} 5
valiant_order_ack_seconds_bucket{le="0.25",request="order.place"} 7
valiant_order_ack_seconds_bucket{le="0.25",request="order.cancel"} 2
valiant_order_ack_seconds_bucket{le="+Inf",request="order.place"} 10
valiant_order_ack_seconds_count{request="order.place"} 10
valiant_order_ack_seconds_count{request="order.cancel"} 2
valiant_requests_total{request="order.place",code="INTERNAL"} 3
valiant_requests_total{request="order.place",code="ok"} 9
`
  expect(figuresOf(text)).toEqual({ acks: 12, slowAcks: 3, defects: 3 })
})

test('a change of a version fits, or it is said: no word of it may stand nowhere, or twice', () => {
  expect(replaced('a b', { file: 'x', replace: 'b', by: 'c' })).toBe('a c')
  expect(() => replaced('a b b', { file: 'x', replace: 'b', by: 'c' })).toThrow('x: expected once, found 2 times: b')
  expect(() => replaced('a', { file: 'x', replace: 'b', by: 'c' })).toThrow('found 0 times')
})
