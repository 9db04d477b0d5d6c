import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { programPath } from './program.ts'
import { freePort } from './server.ts'

const run = promisify(execFile)
const CONFIGURATIONS = fileURLToPath(new URL('../../infra/load-balancer/', import.meta.url))
const START_MS_MAX = 10_000

export type BalancerName = 'haproxy' | 'nginx'

/** A load balancer in front of instances on this machine, from the configuration that ships. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Stops it, which ends every connection, and starts it again at the same address. */
  restart(): Promise<void>
  /** New connections go to these instances from now on, as after a reload by an operator; open ones stay. */
  route(serverPorts: readonly number[]): Promise<void>
}

interface Kind {
  readonly package: string
  readonly file: string
  serverLine(port: number): string
  bind(port: number): string
  checkArguments(file: string, folder: string): string[]
  runArguments(file: string, folder: string): string[]
  /** Makes it reread its configuration. */
  readonly reload: NodeJS.Signals
}

const KINDS: Readonly<Record<BalancerName, Kind>> = {
  haproxy: {
    package: 'haproxy',
    file: 'haproxy.cfg',
    serverLine: (port) => `server instance-${port} 127.0.0.1:${port}`,
    bind: (port) => `127.0.0.1:${port}`,
    checkArguments: (file) => ['-c', '-f', file],
    // In master-worker mode, so that it can reload while old workers keep their connections; in the foreground.
    runArguments: (file) => ['-W', '-f', file],
    reload: 'SIGUSR2',
  },
  nginx: {
    package: 'nginx-light',
    file: 'nginx.conf',
    serverLine: (port) => `server 127.0.0.1:${port} max_fails=0;`,
    bind: (port) => `127.0.0.1:${port}`,
    checkArguments: (file, folder) => ['-t', '-p', folder, '-e', 'stderr', '-c', file],
    runArguments: (file, folder) => ['-p', folder, '-e', 'stderr', '-c', file, '-g', 'daemon off;'],
    reload: 'SIGHUP',
  },
}

/** @throws if it refuses its configuration or does not listen */
export async function startBalancer(name: BalancerName, serverPorts: readonly number[]): Promise<Balancer> {
  const kind = KINDS[name]
  const program = await programPath(name, kind.package)
  const folder = await mkdtemp(join(tmpdir(), `valiant-${name}-`))
  const port = await freePort()
  try {
    const file = join(folder, kind.file)
    const configure = async (serverPortsNow: readonly number[]) => {
      await writeFile(file, await filledIn(kind, port, serverPortsNow))
      // With as few files as systems allow by default: nginx warns when that is too few for its connections.
      const limited = ['-c', 'ulimit -Sn 1024 && exec "$0" "$@"', program, ...kind.checkArguments(file, folder)]
      const { stderr } = await run('sh', limited)
      if (stderr.includes('[warn]')) throw new Error(`${name} warns: ${stderr}`)
    }
    await configure(serverPorts)
    const start = () => startProgram(program, kind.runArguments(file, folder), port)
    let child = await start()
    return {
      url: `http://localhost:${port}`,
      port,
      restart: async () => {
        await end(child)
        child = await start()
      },
      route: async (serverPortsNow) => {
        await configure(serverPortsNow)
        const before = await workersOf(child)
        child.kill(kind.reload)
        while ((await workersOf(child)).every((pid) => before.includes(pid))) await delay(20)
      },
      [Symbol.asyncDispose]: async () => {
        await end(child)
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startProgram(program: string, programArguments: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(program, programArguments, { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-10_000)))
  }
  try {
    await listens(child, port)
  } catch (cause) {
    await end(child)
    throw new Error(`${program} did not start: ${printed}`, { cause })
  }
  return child
}

async function filledIn(kind: Kind, port: number, serverPorts: readonly number[]): Promise<string> {
  const values: Readonly<Record<string, string>> = {
    BIND: kind.bind(port),
    SERVERS: serverPorts.map((each) => kind.serverLine(each)).join('\n    '),
  }
  const shipped = await readFile(join(CONFIGURATIONS, kind.file), 'utf8')
  return shipped.replace(/\$\{([A-Z_]+)\}/g, (_, key: string) => {
    const value = values[key]
    if (value === undefined) throw new Error(`${kind.file}: there is nothing to fill in for ${key}`)
    return value
  })
}

/** Waits until an instance or the balancer itself answers. */
async function listens(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_MS_MAX
  for (;;) {
    const cause = child.exitCode ?? child.signalCode
    if (cause !== null) throw new Error(`it ended with ${cause}`)
    if (Date.now() > deadline) throw new Error(`it did not answer within ${START_MS_MAX} ms`)
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (answer !== undefined) return
    await delay(20)
  }
}

/** Its worker processes: a reload starts new ones, and the old ones keep their connections. */
async function workersOf({ pid = 0 }: ChildProcess): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.split(' ').filter((text) => text !== '')
}

/** SIGTERM ends either program at once, with all connections. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
