import { expect, test } from 'vitest'
import { replaced } from './tree.ts'
import { Alarm, type Figures, figuresOf } from './watch.ts'

/** The first message of an alarm, given the increase of the figures at each check. */
const alarmOf = (increases: readonly Partial<Figures>[]): string | undefined => {
  const alarm = new Alarm()
  let now: Figures = { acks: 0, slowAcks: 0, defects: 0 }
  let message: string | undefined
  for (const { acks = 0, slowAcks = 0, defects = 0 } of increases) {
    now = { acks: now.acks + acks, slowAcks: now.slowAcks + slowAcks, defects: now.defects + defects }
    message ??= alarm.check(now)
  }
  return message
}
const times = (count: number, increase: Partial<Figures>) => Array<Partial<Figures>>(count).fill(increase)

test('acks that stay slow raise an alarm; a short delay by a takeover does not', () => {
  expect(alarmOf(times(20, { acks: 20, slowAcks: 2 }))).toMatch(/of \d+ acks took longer than 0.25 s/)
  const handOver = [...times(5, { acks: 20 }), { acks: 20, slowAcks: 20 }, ...times(20, { acks: 20 })]
  expect(alarmOf(handOver)).toBeUndefined()
})

test('one slow ack in a hundred raises no alarm, nor do slow ones among very few', () => {
  expect(alarmOf(times(30, { acks: 100, slowAcks: 1 }))).toBeUndefined()
  expect(alarmOf(times(30, { acks: 1, slowAcks: 1 }))).toBeUndefined()
})

test('repeated defects raise an alarm, even without acks', () => {
  expect(alarmOf(times(20, { defects: 1 }))).toMatch(/failed by a defect/)
})

test('figures are summed from the text of Prometheus over all labels', () => {
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

test('a replacement must match exactly once', () => {
  expect(replaced('a b', { file: 'x', replace: 'b', by: 'c' })).toBe('a c')
  expect(() => replaced('a b b', { file: 'x', replace: 'b', by: 'c' })).toThrow('x: expected once, found 2 times: b')
  expect(() => replaced('a', { file: 'x', replace: 'b', by: 'c' })).toThrow('found 0 times')
})
