import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addEnvFile } from './env-file.ts'

let root: string
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'valiant-env-'))))
afterEach(() => rmSync(root, { recursive: true }))

const added = (text: string, environment: NodeJS.ProcessEnv = {}) => {
  writeFileSync(join(root, '.env'), text)
  addEnvFile(environment, root)
  return environment
}

describe('the file of settings', () => {
  it('is not needed', () => {
    const environment = { PORT: '1' }
    addEnvFile(environment, root)
    expect(environment).toEqual({ PORT: '1' })
  })

  it('is the usual one if ENV_FILE is blank', () => {
    expect(added('PORT=4000', { ENV_FILE: ' ' })['PORT']).toBe('4000')
  })

  it('gives way to the environment', () => {
    expect(added('# mine\n\nPORT=4000\nexport SEED = 7 # lucky\n', { PORT: '1' })).toEqual({ PORT: '1', SEED: '7' })
  })

  it('may hold a value of several lines in quotes', () => {
    expect(added('AUTH_SECRET="one\ntwo"\r\nPORT=4000\r\n')).toEqual({ AUTH_SECRET: 'one\ntwo', PORT: '4000' })
  })

  it('with a line that says nothing is refused by its number; the line itself is not shown', () => {
    expect(() => added('PORT=4000\nAUTH_SECRET: abc\n')).toThrow(/\.env, line 2: expected NAME=value/)
    expect(() => added('AUTH_SECRET: abc\n')).not.toThrow(/abc/)
  })

  it('that is named and missing is refused', () => {
    expect(() => addEnvFile({ ENV_FILE: 'mine.env' }, root)).toThrow(/ENV_FILE: .*mine\.env cannot be read: ENOENT/)
  })

  it('may be another one', () => {
    writeFileSync(join(root, 'mine.env'), 'PORT=4001')
    expect(added('PORT=4000', { ENV_FILE: 'mine.env' })['PORT']).toBe('4001')
  })
})
