import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('the configuration', () => {
  it('is whole without any setting', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ PORT: 3000, DATA_DIR: '.data', LOG_LEVEL: 'info', STARTING_CASH: '100000.00' })
    expect(config.DATABASE_URL).toBeUndefined()
  })

  it.each(['', ' '])('a setting of %j is one that is not set', (blank) => {
    const names = ['DATABASE_URL', 'PUBLIC_ORIGIN', 'AUTH_SECRET', 'HOST', 'PORT', 'SEED']
    expect(readConfig(Object.fromEntries(names.map((name) => [name, blank])))).toEqual(readConfig({}))
  })

  it('spaces around a setting are not part of it, except for the secret', () => {
    const given = { HOST: '127.0.0.1 ', TRUST_PROXY: ' 1 ', ROLE: 'all ', AUTH_SECRET: ` ${'x'.repeat(31)} ` }
    const expected = { HOST: '127.0.0.1', TRUST_PROXY: '1', ROLE: 'all', AUTH_SECRET: given.AUTH_SECRET }
    expect(readConfig(given)).toMatchObject(expected)
  })

  it.each([
    [{ PORT: 'http' }, /PORT: expected a number, found "http"/],
    [{ PORT: '70000' }, /PORT: expected at most 65535, found "70000"/],
    [{ PORT: '1.5' }, /PORT: expected a whole number, found "1.5"/],
    [{ HISTORY_DAYS: '0' }, /HISTORY_DAYS: expected at least 1, found "0"/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL: expected one of fatal, error, .*, found "loud"/],
    [{ STARTING_CASH: '100000' }, /STARTING_CASH: expected money such as 100000.00, found "100000"/],
    [{ PUBLIC_ORIGIN: 'valiant.example' }, /PUBLIC_ORIGIN: expected a URL such as/],
    [{ PUBLIC_ORIGIN: 'https://valiant.example/trade' }, /PUBLIC_ORIGIN: expected only a scheme, host and port/],
    [{ PUBLIC_ORIGIN: 'https://me:hidden@valiant.example' }, /PUBLIC_ORIGIN: expected only a scheme/],
    [
      { TRUST_PROXY: 'nginx' },
      /TRUST_PROXY: expected a number of hops, or comma-separated addresses .*, found "nginx"/,
    ],
    [{ TRUST_PROXY: '10.0.0.0/99' }, /TRUST_PROXY: /],
    [{ TRUST_PROXY: '-1' }, /TRUST_PROXY: /],
    [{ TRUST_PROXY: '1, 10.0.0.0/8' }, /TRUST_PROXY: expected a number of hops, or comma-separated addresses/],
    [{ DATABASE_URL: 'postgres://localhost/valiant' }, /AUTH_SECRET: required/],
    [{ ROLE: 'leader' }, /ROLE: expected one of all, gateway, exchange, found "leader"/],
    [{ ROLE: 'gateway' }, /REDIS_URL: required with ROLE=gateway; DATABASE_URL: required with ROLE=gateway/],
    [
      { DRAIN_NOTICE_MS: '15000', DRAIN_SPREAD_MS: '6000' },
      /DRAIN_NOTICE_MS: expected at most 20000 together with DRAIN_SPREAD_MS, found 21000/,
    ],
    [{ ROLE: 'exchange', DATABASE_URL: 'postgres://x/y' }, /REDIS_URL: required with ROLE=exchange; AUTH_SECRET/],
    [{ REDIS_URL: 'redis://localhost' }, /DATABASE_URL: required with REDIS_URL, one Postgres for all/],
    [{ REDIS_URL: 'localhost:6379' }, /REDIS_URL: expected a URL such as redis:/],
    [{ LEASE_DATABASE_URL: 'postgres://x/y' }, /LEASE_DATABASE_URL: only beside DATABASE_URL/],
    [{ METRICS_PORT: '3000' }, /METRICS_PORT: expected another port than PORT, found "3000"/],
    [{ SENTRY_DSN: 'https://key@sentry.example' }, /SENTRY_DSN: expected a DSN such as/],
    [{ SENTRY_DSN_WEB: 'https://sentry.example/1' }, /SENTRY_DSN_WEB: expected a DSN such as/],
  ])('%j is refused by name', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message)
  })

  it.each(['ORDERS_PER_SECOND', 'ORDERS_BURST', 'REQUESTS_PER_SECOND', 'SOCKETS_PER_ACCOUNT'])(
    'a LIMIT_%s of 0, which would shut everybody out, is refused',
    (name) => {
      expect(() => readConfig({ [`LIMIT_${name}`]: '0' })).toThrow(`LIMIT_${name}: expected at least 1, found "0"`)
    },
  )

  it.each(['1', '0', '10.0.0.0/8', '10.0.0.0/8, 192.168.1.1,fd00::/8', 'loopback'])(
    'proxies may be %j',
    (TRUST_PROXY) => {
      expect(readConfig({ TRUST_PROXY }).TRUST_PROXY).toBe(TRUST_PROXY)
    },
  )

  it.each([
    ['https://valiant.example', 'https://valiant.example'],
    ['HTTPS://Valiant.Example/', 'https://valiant.example'],
    ['https://valiant.example:443', 'https://valiant.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ])('the address of the pages may be %s, which is %s', (PUBLIC_ORIGIN, origin) => {
    expect(readConfig({ PUBLIC_ORIGIN }).PUBLIC_ORIGIN).toBe(origin)
  })

  it.each(['all', 'gateway', 'exchange'])('many instances: role %s with a Postgres and a Redis for all', (role) => {
    const shared = {
      DATABASE_URL: 'postgres://x/y',
      REDIS_URL: 'rediss://me:hidden@x:6380',
      AUTH_SECRET: 'x'.repeat(32),
    }
    expect(readConfig({ ...shared, ROLE: role })).toMatchObject({ ...shared, ROLE: role })
  })

  it('never shows a secret, though it is wrong', () => {
    expect(() => readConfig({ AUTH_SECRET: 'hunter2' })).toThrow(/AUTH_SECRET: expected at least 32 characters\./)
    expect(() => readConfig({ AUTH_SECRET: 'hunter2' })).not.toThrow(/hunter2/)
  })

  it.each(['nonsense', 'mysql://me:hunter2@x/y', 'postgres://me:hun#ter2@x/y', 'postgres://me:hunter2@x:99999/y'])(
    'an address of a database such as %s is refused, and not shown',
    (url) => {
      const given = { AUTH_SECRET: 'x'.repeat(32), DATABASE_URL: url, LEASE_DATABASE_URL: url }
      const expected = 'expected a URL such as postgres://user:password@host/database'
      const parts = [`DATABASE_URL: ${expected}`, `LEASE_DATABASE_URL: ${expected}`]
      for (const part of parts) expect(() => readConfig(given)).toThrow(part)
      expect(() => readConfig(given)).not.toThrow(/nonsense|mysql|hun/)
    },
  )

  it('a Postgres may be at a socket of this machine', () => {
    const given = { AUTH_SECRET: 'x'.repeat(32), DATABASE_URL: 'postgresql:///valiant?host=/run/postgresql' }
    expect(readConfig(given)).toMatchObject(given)
  })

  it('names a wrong setting once', () => {
    expect(() => readConfig({ PUBLIC_ORIGIN: 'nonsense' })).toThrow(
      /^Invalid configuration\. PUBLIC_ORIGIN: [^;]*, found "nonsense"\. See/,
    )
  })

  it('names every setting that is wrong at once', () => {
    expect(() => readConfig({ PORT: 'x', SEED: 'y' })).toThrow(/PORT.*SEED/)
  })
})
