import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { COMPILE_CACHE } from '../rig/compile-cache.ts'

export const ROOT = join(import.meta.dirname, '../..')
const READY_MS_MAX = 90_000

/** A server as a user starts it: in its own process group, as in a terminal, so that Ctrl-C can be pressed. */
export class Command {
  readonly process: ChildProcess
  readonly #ended: Promise<unknown>
  stdout = ''
  stderr = ''

  /** @param root the checkout with server/main.ts */
  constructor(environment: Readonly<Record<string, string>>, root = ROOT) {
    this.process = spawn(process.execPath, ['server/main.ts'], {
      cwd: root,
      // Without the environment of whoever runs the tests.
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        ENV_FILE: devNull,
        HOST: '127.0.0.1',
        ...(root === ROOT && COMPILE_CACHE),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.#ended = once(this.process, 'close')
  }

  /** The messages that it logged, in order. */
  get messages(): string[] {
    return this.#records().map(({ msg }) => msg)
  }

  /** The messages of fatal log records. */
  get fatal(): string[] {
    return this.#records().flatMap(({ level, msg }) => (level === 60 ? [msg] : []))
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  /** Its exit code, once it has exited. */
  async code(): Promise<number | null> {
    await this.#ended
    return this.process.exitCode
  }

  /** Waits until it has printed the text. */
  async waitFor(text: string): Promise<void> {
    await this.#until(text, () => this.stdout.includes(text))
  }

  /** Waits until it serves requests. @returns its address */
  async ready(): Promise<string> {
    await this.waitFor('Valiant is at')
    return /Valiant is at (http:[^"\s]+)/.exec(this.stdout)?.[1] ?? ''
  }

  /** Ctrl-C: the terminal signals the whole process group. */
  pressCtrlC(): void {
    if (!this.hasEnded) process.kill(-(this.process.pid ?? 0), 'SIGINT')
  }

  #records(): { readonly level: number; readonly msg: string }[] {
    const lines = this.stdout.split('\n').filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line) as { level: number; msg: string })
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + READY_MS_MAX
    while (!holds()) {
      if (this.hasEnded || Date.now() > deadline) {
        this.process.kill('SIGKILL')
        throw new Error(`expected "${what}", found:\n${this.stdout}${this.stderr}`)
      }
      await delay(10)
    }
  }
}
