import { expect, it } from 'vitest'
import { only } from './observable-metrics.ts'
import { describedMetrics, metricNames, Metrics } from './metrics.ts'

const ours = describedMetrics().filter(({ name }) => name.startsWith('valiant_'))
/** Following the naming conventions of Prometheus. */
const NAME = /^valiant_[a-z0-9]+(_[a-z0-9]+)*$/
const LABELS = [
  ...['signed_in', 'reason', 'stream', 'request', 'code', 'outcome', 'kind', 'limit', 'method', 'route', 'status'],
  ...['change', 'cause', 'symbol', 'side', 'pool', 'state', 'class', 'connection', 'version', 'role'],
]

it.each(ours)(
  '$name follows the naming conventions of Prometheus and has a help text',
  ({ name, type, help, labelNames }) => {
    expect(name).toMatch(NAME)
    expect(help).toMatch(/^[A-Z0-9].{10,}[.)]$/)
    // Only counters end in _total; times are in seconds, sizes in bytes, shares are ratios.
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(name).not.toMatch(/_(ms|milliseconds|microseconds|minutes|kb|kilobytes|mb|percent)(_|$)/)
    if (name.includes('duration') || name.includes('_age')) expect(name).toMatch(/_seconds$/)
    expect(name).not.toMatch(/_(bucket|sum|count|info_total)$/)
    // No label identifies a person, an account, a socket or an address.
    for (const label of labelNames) expect(LABELS, label).toContain(label)
  },
)

it('metricNames includes the metrics of Node and of the process, each once', () => {
  const names = metricNames()
  expect(names).toEqual(expect.arrayContaining(['process_start_time_seconds', 'nodejs_eventloop_lag_p99_seconds']))
  expect(names).toEqual(expect.arrayContaining(['nodejs_gc_duration_seconds', 'nodejs_heap_size_used_bytes']))
  expect(new Set(names).size).toBe(names.length)
})

it('two servers in one process count separately', async () => {
  const [one, other] = [new Metrics({ version: '1', role: 'all' }), new Metrics({ version: '1', role: 'gateway' })]
  one.gateway.orders.inc({ outcome: 'accepted' })
  expect(await one.registry.metrics()).toContain('valiant_orders_total{outcome="accepted"} 1')
  expect(await other.registry.metrics()).toContain('valiant_orders_total{outcome="accepted"} 0')
  expect(await other.registry.metrics()).toContain('valiant_build_info{version="1",role="gateway"} 1')
})

it('an observable metric has samples only while it has a source, and none left from an earlier scrape', async () => {
  const { registry, market, gateway } = new Metrics()
  const lines = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => /^valiant_(open_orders|sockets_held|trades_total)/.test(line))
  expect(await lines()).toEqual([])
  let held = 3
  let orders = [[{ symbol: 'NOVA' }, 2] as const, [{ symbol: 'VLNT' }, 1] as const]
  const ends = [
    market.openOrders.from(() => orders),
    market.trades.from(() => [[{ symbol: 'NOVA' }, 7]]),
    gateway.socketsHeld.from(() => only(held)),
  ]
  expect(await lines()).toEqual([
    'valiant_sockets_held 3',
    'valiant_trades_total{symbol="NOVA"} 7',
    'valiant_open_orders{symbol="NOVA"} 2',
    'valiant_open_orders{symbol="VLNT"} 1',
  ])
  held = 0
  orders = orders.slice(1)
  expect(await lines()).toEqual([
    'valiant_sockets_held 0',
    'valiant_trades_total{symbol="NOVA"} 7',
    'valiant_open_orders{symbol="VLNT"} 1',
  ])
  for (const end of ends) end()
  expect(await lines()).toEqual([])
})
