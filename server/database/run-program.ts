import { spawn } from 'node:child_process'

interface Owner {
  readonly uid: number
  readonly gid: number
}

const ATTEMPTS_MAX = 10

/**
 * Runs a program and returns its exit code and output. It runs in a directory that its user can enter, and in its own
 * session, so that Ctrl-C cannot interrupt a program that creates, starts or stops a database.
 */
export async function run(
  program: string,
  parameters: readonly string[],
  owner?: Owner,
  cwd = '/',
): Promise<{ code: number; output: string }> {
  for (let attempt = 1; ; attempt++) {
    const { signal, ...ended } = await runOnce(program, parameters, owner, cwd)
    // Ctrl-C arrived between its fork and its new session: it has done nothing yet.
    if ((signal === 'SIGINT' || signal === 'SIGHUP') && ended.output === '' && attempt < ATTEMPTS_MAX) continue
    return ended
  }
}

async function runOnce(
  program: string,
  parameters: readonly string[],
  owner: Owner | undefined,
  cwd: string,
): Promise<{ code: number; output: string; signal: NodeJS.Signals | null }> {
  return new Promise((settle) => {
    const child = spawn(program, parameters, {
      ...owner,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // which would open a window there
      windowsHide: true,
    })
    let output = ''
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()))
    child.once('error', (cause) => settle({ code: 127, output: cause.message, signal: null }))
    const end = (code: number | null, signal: NodeJS.Signals | null) =>
      settle({ code: code ?? 1, output: output.trim(), signal })
    child.once('close', end)
    // The server that pg_ctl leaves behind may keep its pipes open (on Windows it does).
    child.once('exit', (code, signal) => setTimeout(end, 500, code, signal))
  })
}
