import { spawn } from 'node:child_process'

/** A program's exit code and all it said. It runs in a folder that its user can enter: ours may be closed to it. */
export async function run(
  program: string,
  parameters: readonly string[],
  owner?: { readonly uid: number; readonly gid: number },
  cwd = '/',
): Promise<{ code: number; output: string }> {
  return new Promise((settle) => {
    const child = spawn(program, parameters, { ...owner, cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let output = ''
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()))
    child.once('error', (cause) => settle({ code: 127, output: cause.message }))
    const end = (code: number | null) => settle({ code: code ?? 1, output: output.trim() })
    child.once('close', end)
    // The server that pg_ctl leaves behind may keep its pipes open (on Windows it does).
    child.once('exit', (code) => setTimeout(end, 500, code))
  })
}
