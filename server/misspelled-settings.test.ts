import { describe, expect, test } from 'vitest'
import { SETTINGS } from './config.ts'
import { misspelledSettings } from './misspelled-settings.ts'

describe('a misspelled setting', () => {
  test.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['REDISURL', 'REDIS_URL'],
    ['AUTH_SERCET', 'AUTH_SECRET'],
    ['PROT', 'PORT'],
    ['DATADIR', 'DATA_DIR'],
    ['TRUSTED_PROXY', 'TRUST_PROXY'],
    ['log_level', 'LOG_LEVEL'],
    ['LIMIT_ORDER_PER_SECOND', 'LIMIT_ORDERS_PER_SECOND'],
    ['LIMIT_SOCKETS', 'LIMIT_SOCKETS_PER_ACCOUNT'],
    ['LIMIT_ALERT', 'LIMIT_ALERTS'],
    ['LIMIT_PREFERENCES_KIB', 'LIMIT_PREFERENCE_KIB'],
    ['SENTRY_DNS', 'SENTRY_DSN'],
  ])('%s is mentioned with the name that was meant, %s, and without its value', (name, meant) => {
    expect(misspelledSettings({ [name]: 'hidden' })).toEqual([
      `${name} is no setting and has no effect. Did you mean ${meant}?`,
    ])
  })

  test.each([
    ...[
      'PATH',
      'HOME',
      'HOSTNAME',
      'USER',
      'SHELL',
      'TERM',
      'LANG',
      'PWD',
      'TZ',
      'CI',
      'LOGNAME',
      'DEBUG',
      'COLORTERM',
    ],
    ...['PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD', 'NODE_ENV', 'NODE_OPTIONS', 'npm_config_loglevel'],
    ...['POSTGRES_PASSWORD', 'POSTGRES_URL', 'REDIS_HOST', 'REDIS_PORT', 'GRAFANA_PORT', 'PROMETHEUS_PORT'],
    ...['SENTRY_AUTH_TOKEN', 'SENTRY_ORG', 'SENTRY_URL', 'AWS_REGION', 'VALIANT_ADDRESS', 'KUBERNETES_PORT'],
    ...['XDG_DATA_DIRS', 'SSH_AUTH_SOCK', 'INVOCATION_ID', 'PUBLIC_URL', 'DATABASE_POOL', 'BASH_ENV'],
  ])('%s, which is for another program, is not', (name) => {
    expect(misspelledSettings({ [name]: 'something' })).toEqual([])
  })

  test('without a value is not', () => {
    expect(misspelledSettings({ DATABSE_URL: ' ', REDISURL: undefined })).toEqual([])
  })
})

test('no setting is taken for another one', () => {
  expect(misspelledSettings(Object.fromEntries(Object.keys(SETTINGS.shape).map((name) => [name, 'x'])))).toEqual([])
})
