import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { pageEnvironment } from './page-environment.ts'

const DSN = 'https://key@sentry.example/1'

test('the page gets the checked settings: a blank DSN is none, and spaces around one are not part of it', () => {
  expect(pageEnvironment(readConfig({ SENTRY_DSN: ' ', SENTRY_DSN_WEB: ' ' }))).toEqual({
    SENTRY_DSN: '',
    SENTRY_DSN_WEB: '',
  })
  expect(pageEnvironment(readConfig({ SENTRY_DSN_WEB: `${DSN} `, SENTRY_RELEASE: 'v1' }))).toEqual({
    SENTRY_DSN: '',
    SENTRY_DSN_WEB: DSN,
    SENTRY_RELEASE: 'v1',
    SENTRY_ENVIRONMENT: 'production',
    SENTRY_TRACES_SAMPLE_RATE: '0.05',
  })
  expect(pageEnvironment(readConfig({ PUBLIC_ORIGIN: 'https://valiant.example/' }))).toMatchObject({
    ORIGIN: 'https://valiant.example',
  })
})
