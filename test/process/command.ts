import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { COMPILE_CACHE } from '../rig/compile-cache.ts'

export const ROOT = join(import.meta.dirname, '../..')
const READY_MS_MAX = 90_000

/** A server as a person starts it: in a process group of its own, as a terminal does, so that Ctrl-C can be pressed. */
export class Command {
  readonly process: ChildProcess
  readonly #ended: Promise<unknown>
  stdout = ''
  stderr = ''

  /** @param root where server/main.ts lies */
  constructor(environment: Readonly<Record<string, string>>, root = ROOT) {
    this.process = spawn(process.execPath, ['server/main.ts'], {
      cwd: root,
      // The settings of whoever runs the tests stay out of them.
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

  /** What it told the person at the terminal, a line each. */
  get said(): string[] {
    return this.#records().map(({ msg }) => msg)
  }

  /** What it said when it ended by itself. */
  get fatal(): string[] {
    return this.#records().flatMap(({ level, msg }) => (level === 60 ? [msg] : []))
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  /** Its exit code, once it has ended. */
  async code(): Promise<number | null> {
    await this.#ended
    return this.process.exitCode
  }

  /** Waits until it has said so. */
  async says(text: string): Promise<void> {
    await this.#until(text, () => this.stdout.includes(text))
  }

  /** Waits until it takes traffic. @returns its address */
  async ready(): Promise<string> {
    await this.says('Valiant is at')
    return /Valiant is at (http:[^"\s]+)/.exec(this.stdout)?.[1] ?? ''
  }

  /** Ctrl-C: the terminal signals everyone in the group. */
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

/** The processes that have this folder among their arguments: a Postgres that serves it. */
export function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(folder))
}

/** A folder for a server's data; removed with the Postgres that a test may have left in it. */
export async function dataFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'valiant-process-'))
  await chmod(path, 0o755) // run as root, Postgres is another user, who must be able to enter
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (processesOf(path).length > 0) await (await startEmbeddedPostgres({ dataDir: path })).stop()
      await rm(path, { recursive: true, force: true })
    },
  }
}
