import type { Answer } from '@valiant/shared/protocol/events'
import type { RequestName } from '@valiant/shared/protocol/requests'
import { describe, expect, it } from 'vitest'
import { Metrics } from '../../telemetry/metrics.ts'
import { measureAnswer, outcomeOf } from './measured-answers.ts'

const rate = { remaining: 1, resetMs: 10 }
const refusedBy = (
  code: 'NO_LIQUIDITY' | 'RATE_LIMITED' | 'UNAVAILABLE' | 'TIMEOUT',
  more: Partial<Answer> = {},
): Answer => ({
  ...{ ok: false, error: { code, message: 'No.', outcome: 'not_executed' } },
  ...(more as object),
})
const placed = (status: string, more: Partial<Answer> = {}): Answer => ({
  ...{ ok: true, data: { orderId: '1-1', status }, rate },
  ...(more as object),
})

describe('the outcome of an order', () => {
  it.each<[string, Answer]>([
    ['accepted', placed('open')],
    ['accepted', placed('untriggered')],
    ['accepted', placed('partially_filled')],
    ['filled', placed('filled')],
    ['closed', placed('canceled')],
    ['closed', placed('expired')],
    ['duplicate', placed('filled', { duplicate: true })],
    ['NO_LIQUIDITY', refusedBy('NO_LIQUIDITY')],
  ])('is %s', (outcome, answer) => {
    expect(outcomeOf(answer)).toBe(outcome)
  })
})

async function countedFor(request: RequestName | 'unknown', ...answers: Answer[]): Promise<string[]> {
  const { registry, gateway } = new Metrics()
  const before = new Set((await registry.metrics()).split('\n'))
  for (const answer of answers) measureAnswer(gateway, request, answer, 0.004)
  const lines = (await registry.metrics()).split('\n')
  return lines.filter((line) => !before.has(line) && !/_bucket|_sum|^#/.test(line))
}

it('order times cover answers of the exchange and timeouts of waiting for it, not what the gateway refuses by itself', async () => {
  expect(await countedFor('order.place', placed('open'), refusedBy('UNAVAILABLE'), refusedBy('TIMEOUT'))).toEqual([
    'valiant_requests_total{request="order.place",code="ok"} 1',
    'valiant_requests_total{request="order.place",code="UNAVAILABLE"} 1',
    'valiant_requests_total{request="order.place",code="TIMEOUT"} 1',
    'valiant_request_duration_seconds_count{request="order.place"} 3',
    'valiant_orders_total{outcome="accepted"} 1',
    'valiant_orders_total{outcome="UNAVAILABLE"} 1',
    'valiant_orders_total{outcome="TIMEOUT"} 1',
    'valiant_order_ack_seconds_count{request="order.place"} 2',
  ])
})

it('order.get is not counted as an order', async () => {
  expect(await countedFor('order.get', placed('open'))).toEqual([
    'valiant_requests_total{request="order.get",code="ok"} 1',
    'valiant_request_duration_seconds_count{request="order.get"} 1',
  ])
})

it('a rate limit counts as the exchange’s if the refusal carries its state, else as the gateway’s', async () => {
  const counted = await countedFor('order.cancel', refusedBy('RATE_LIMITED', { rate }), refusedBy('RATE_LIMITED'))
  expect(counted).toEqual(
    expect.arrayContaining([
      'valiant_rate_limited_total{limit="trading"} 1',
      'valiant_rate_limited_total{limit="requests"} 1',
    ]),
  )
})
