import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('the configuration', () => {
  it('is whole without any setting', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ PORT: 3000, DATA_DIR: '.data', LOG_LEVEL: 'info', STARTING_CASH: '100000.00' })
    expect(config.DATABASE_URL).toBeUndefined()
  })

  it('an empty setting is one that is not set', () => {
    const config = readConfig({ DATABASE_URL: '', PUBLIC_ORIGIN: '', AUTH_SECRET: '' })
    expect([config.DATABASE_URL, config.PUBLIC_ORIGIN, config.AUTH_SECRET]).toEqual([undefined, undefined, undefined])
  })

  it.each([
    [{ PORT: 'http' }, /PORT/],
    [{ PORT: '70000' }, /PORT/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ STARTING_CASH: '100000' }, /STARTING_CASH/],
    [{ PUBLIC_ORIGIN: 'valiant.example' }, /PUBLIC_ORIGIN/],
    [{ DATABASE_URL: 'postgres://localhost/valiant' }, /AUTH_SECRET: must be given/],
  ])('%j is refused by name', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message)
  })

  it('names every setting that is wrong at once', () => {
    expect(() => readConfig({ PORT: 'x', SEED: 'y' })).toThrow(/PORT.*SEED/)
  })
})
