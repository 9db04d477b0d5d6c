import { once } from 'node:events'
import { parseId } from '@valiant/shared/units/id'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { metricNames } from '../../server/telemetry/metrics.ts'
import { openPlace, type Place } from '../instances/place.ts'
import { closeAll, connect, guestCookie, market, newId } from '../protocol/client.ts'
import { metricsUrl, metricsWhen, readMetrics } from '../rig/metrics.ts'
import type { TestServer } from '../rig/server.ts'

let place: Place
let server: TestServer
let url: string
beforeAll(async () => {
  place = await openPlace()
  // The notice is long enough to read metrics while it stops.
  server = await place.join({ METRICS_PORT: '0', DRAIN_NOTICE_MS: '1000' })
  url = metricsUrl(server)
})
afterEach(closeAll)
afterAll(async () => {
  await place[Symbol.asyncDispose]()
})

it('metrics are served on their own port in the format of Prometheus, and nothing else is', async () => {
  const reading = await readMetrics(url)
  expect(reading.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(reading.of('valiant_build_info{version="0.1.0",role="all"}')).toBe(1)
  const described = [...reading.text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
  expect(described.toSorted()).toEqual(metricNames())
  for (const path of ['/', '/healthz', '/metrics/more', '/api/time']) {
    expect((await fetch(new URL(path, url))).status, path).toBe(404)
  }
  expect((await fetch(url, { method: 'POST' })).status).toBe(404)
  // The public port serves no metrics: the path is an unknown page.
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
})

it('an order over a socket is counted at every step, and all unknown requests share one label', async () => {
  const before = await readMetrics(url)
  const trader = await connect(server.url, { cookie: await guestCookie(server.url) })
  const { symbol, below, qty } = await market(trader)
  await trader.good('subscribe', { channel: 'quotes', symbols: [symbol] })
  const limit = { symbol, side: 'buy', type: 'limit', qty: qty(1), limitPrice: below(2) }
  const clientOrderId = newId()
  await trader.place({ ...limit, clientOrderId })
  expect((await trader.ask('order.place', { ...limit, clientOrderId })).duplicate).toBe(true)
  await trader.place({ symbol, side: 'buy', type: 'market', qty: qty(1) })
  await trader.refused('order.place', { ...limit, clientOrderId: newId(), qty: qty(900_000) }, 'INSUFFICIENT_FUNDS')
  await trader.refused('no.such.request', {}, 'INVALID')
  await trader.refused('toString', {}, 'INVALID')

  const after = await readMetrics(url)
  const rise = (series: string) => (after.of(series) ?? 0) - (before.of(series) ?? 0)
  expect({
    accepted: rise('valiant_orders_total{outcome="accepted"}'),
    filled: rise('valiant_orders_total{outcome="filled"}'),
    duplicate: rise('valiant_orders_total{outcome="duplicate"}'),
    refused: rise('valiant_orders_total{outcome="INSUFFICIENT_FUNDS"}'),
    unknown: rise('valiant_requests_total{request="unknown",code="INVALID"}'),
    acks: rise('valiant_order_ack_seconds_count{request="order.place"}'),
    guests: rise('valiant_sign_ins_total{kind="guest"}'),
    signIns: rise('valiant_http_requests_total{method="POST",route="/api/auth/*",status="2xx"}'),
    connections: rise('valiant_connections_accepted_total{signed_in="true"}'),
    sockets: rise('valiant_sockets{signed_in="true"}'),
    open: rise(`valiant_open_orders{symbol="${symbol}"}`),
    accounts: rise('valiant_accounts'),
  }).toEqual({
    ...{ accepted: 1, filled: 1, duplicate: 1, refused: 1, unknown: 2, acks: 4, guests: 1, signIns: 1 },
    ...{ connections: 1, sockets: 1, open: 1, accounts: 1 },
  })
  for (const series of [
    'valiant_frames_sent_total{stream="account"}',
    'valiant_frames_sent_total{stream="answer"}',
    'valiant_network_sent_bytes_total',
    'valiant_network_received_bytes_total',
    'valiant_commits_total{outcome="committed"}',
    'valiant_commit_duration_seconds_count',
    'valiant_batch_commands_count',
    'valiant_quantum_duration_seconds_count',
    'valiant_database_queries_total{pool="commit"}',
    'valiant_database_queries_total{pool="auth"}',
    'valiant_database_query_duration_seconds_count{pool="queries"}',
  ]) {
    expect(rise(series), series).toBeGreaterThan(0)
  }
  expect(after.text).not.toContain('no.such.request')
})

it('the log ties each order, even a refused one, to its request, socket and account', async () => {
  const trader = await connect(server.url, { cookie: await guestCookie(server.url) })
  const { symbol, below, qty } = await market(trader)
  const order = { symbol, side: 'buy', type: 'limit', qty: qty(1), limitPrice: below(2) }
  const [accepted, refused] = [newId(), newId()]
  const { orderId } = await trader.place({ ...order, clientOrderId: accepted })
  await trader.refused('order.place', { ...order, clientOrderId: refused, qty: qty(900_000) }, 'INSUFFICIENT_FUNDS')
  await trader.good('order.cancel', { orderId, requestId: newId() })
  const { account } = await trader.account()
  const linesOf = (text: string) => {
    const whole = server.log().split('\n').slice(0, -1)
    return whole.filter((line) => line.includes(text)).map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  // The log comes over another pipe than the answers.
  await expect.poll(() => linesOf(`"order":"${orderId}"`).length).toBe(2)
  const common = { request: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, socket: trader.socket.id }
  const [placed, canceled] = linesOf(`"order":"${orderId}"`)
  expect(placed).toMatchObject({ ...common, event: 'order.place', clientOrderId: accepted, outcome: 'ok', level: 30 })
  expect(canceled).toMatchObject({ ...common, event: 'order.cancel', outcome: 'ok' })
  expect(linesOf(refused)).toMatchObject([{ ...common, event: 'order.place', outcome: 'INSUFFICIENT_FUNDS' }])
  expect(new Set([placed, canceled, ...linesOf(refused)].map((line) => line?.['request'])).size).toBe(3)
  expect(placed?.['account']).toBe(parseId(account.id)?.account)
})

it('the metrics describe the market and its infrastructure', async () => {
  const public_ = await connect(server.url)
  await public_.good('subscribe', { channel: 'quotes', symbols: ['VLNT'] })
  const reading = await metricsWhen(url, ({ of }) => (of('valiant_frames_sent_bytes_total{stream="quotes"}') ?? 0) > 0)
  const { of } = reading
  expect(of('valiant_ready')).toBe(1)
  expect(of('valiant_exchange_leader')).toBe(1)
  expect(of('valiant_exchange_epoch')).toBeGreaterThan(0)
  expect(of('valiant_market_status{status="open"}')).toBe(1)
  expect(of('valiant_market_status{status="degraded"}')).toBe(0)
  expect(of('valiant_gateway_market_status{status="open"}')).toBe(1)
  for (const age of ['valiant_market_age_seconds', 'valiant_feed_age_seconds']) expect(of(age), age).toBeLessThan(2)
  for (const side of ['buy', 'sell']) {
    expect(of(`valiant_book_orders{symbol="VLNT",side="${side}"}`), side).toBeGreaterThan(20)
    expect(of(`valiant_book_depth_lots{symbol="VLNT",side="${side}"}`), side).toBeGreaterThan(0)
  }
  expect(of('valiant_book_spread_ticks{symbol="VLNT"}')).toBeGreaterThan(0)
  expect(of('valiant_book_crossed{symbol="VLNT"}')).toBe(0)
  expect(of('valiant_symbol_halted{symbol="VLNT"}')).toBe(0)
  expect(of('valiant_mark_price_ticks{symbol="VLNT"}')).toBeGreaterThan(0)
  expect(Math.abs(of('valiant_price_deviation_ratio{symbol="VLNT"}') ?? 1)).toBeLessThan(0.05)
  expect(of('valiant_database_connections{pool="commit",state="total"}')).toBe(1)
  for (const connection of ['commands', 'publisher', 'subscriber', 'reader']) {
    expect(of(`valiant_redis_connected{connection="${connection}"}`), connection).toBe(1)
  }
  expect(of('valiant_standby_warm')).toBeUndefined()
  expect(of('process_start_time_seconds')).toBeGreaterThan(0)
})

it('an outage of Redis shows in its connections and in the status that clients get', async () => {
  await place.redis.kill()
  const away = await metricsWhen(url, ({ of }) => of('valiant_gateway_market_status{status="degraded"}') === 1)
  expect(away.of('valiant_redis_connected{connection="subscriber"}')).toBe(0)
  await place.redis.restart()
  const back = await metricsWhen(url, ({ of }) => of('valiant_gateway_market_status{status="open"}') === 1)
  expect(back.of('valiant_redis_connected{connection="subscriber"}')).toBe(1)
  expect(back.of('valiant_redis_reconnections_total{connection="subscriber"}')).toBe(1)
  expect(back.of('valiant_redis_publishes_failed_total')).toBeGreaterThan(0)
})

it('a standby reports its lag and leads when the leader leaves, whose metrics are served until it exits', async () => {
  const standby = await place.join({ ROLE: 'exchange', METRICS_PORT: '0' })
  const standbyUrl = metricsUrl(standby)
  const follows = await metricsWhen(standbyUrl, ({ of }) => of('valiant_standby_warm') === 1)
  expect(follows.of('valiant_exchange_leader')).toBe(0)
  expect(follows.of('valiant_exchange_epoch')).toBeUndefined()
  expect(follows.of('valiant_standby_lag_batches')).toBeGreaterThanOrEqual(0)
  expect(follows.of('valiant_exchange_batch')).toBeGreaterThan(0)
  expect(follows.of('valiant_book_orders{symbol="VLNT",side="buy"}')).toBeUndefined()
  expect(follows.of('valiant_sockets{signed_in="true"}')).toBeUndefined()

  const exited = once(server.process, 'exit')
  server.process.kill('SIGTERM')
  const leaving = await metricsWhen(url, ({ of }) => of('valiant_ready') === 0)
  expect(leaving.of('valiant_build_info{version="0.1.0",role="all"}')).toBe(1)
  const leads = await metricsWhen(standbyUrl, ({ of }) => of('valiant_market_status{status="open"}') === 1)
  expect(leads.of('valiant_exchange_leader')).toBe(1)
  expect(leads.of('valiant_lease_changes_total{change="taken"}')).toBe(1)
  expect(leads.of('valiant_degraded_seconds_total')).toBeGreaterThan(0)
  expect(leads.of('valiant_standby_warm')).toBeUndefined()
  await exited
  await expect(readMetrics(url)).rejects.toThrow()
})
