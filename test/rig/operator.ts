import { execFile } from 'node:child_process'
import { devNull } from 'node:os'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { COMPILE_CACHE } from './compile-cache.ts'
import { soon } from './soon.ts'

const CLI = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))

/** Runs a command of the operator on the database of a test's server. @returns its output */
export async function operator(databaseUrl: string, ...words: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], ENV_FILE: devNull, DATABASE_URL: databaseUrl, ...COMPILE_CACHE }
  return (await promisify(execFile)(process.execPath, [CLI, ...words], { env })).stdout
}

/** An operator who takes back what a test that failed has left: an instrument halted would fail every test after it. */
export class CarefulOperator {
  readonly #databaseUrl: () => string
  readonly #notOpen = new Set<string>()
  #hasPlayed = false
  #hasScheduled = false

  constructor(databaseUrl: () => string) {
    this.#databaseUrl = databaseUrl
  }

  /** @returns what the command says */
  async type(...words: readonly string[]): Promise<string> {
    const [command = '', symbol = ''] = words
    const said = await operator(this.#databaseUrl(), ...words)
    if (command === 'halt' || command === 'close') this.#notOpen.add(symbol)
    if (command === 'resume' || command === 'open') this.#notOpen.delete(symbol)
    if (command === 'scenario') this.#hasPlayed ||= symbol === 'play'
    if (command === 'dividend' || command === 'split') this.#hasScheduled = true
    return said
  }

  /** For `afterEach`. Returns when the server at this address shows every instrument open again. */
  async takeBack(url: string): Promise<void> {
    if (this.#hasScheduled) {
      const planned = await this.type('scheduled')
      for (const [, id = ''] of planned.matchAll(/^(\d+): /gm)) await this.type('unschedule', id)
      this.#hasScheduled = false
    }
    if (this.#hasPlayed) await this.type('scenario', 'end', 'all')
    this.#hasPlayed = false
    if (this.#notOpen.size === 0) return
    for (const symbol of this.#notOpen) await this.type('resume', symbol)
    await soon(async () => {
      const { data } = (await (await fetch(`${url}/api/instruments`)).json()) as { data: readonly { status: string }[] }
      expect(data.filter(({ status }) => status !== 'open')).toEqual([])
    })
  }
}
