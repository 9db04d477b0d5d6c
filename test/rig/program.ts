import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Debian's folders for administrators' programs, which are often not on the PATH of other users. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/games']
const APT_LOCK = join(tmpdir(), 'valiant-apt.lock')
const installing = new Map<string, Promise<void>>()
/** What examples/python imports, and Debian's packages of it. */
const PYTHON_IMPORTS = 'import aiohttp, socketio'
const PYTHON_PACKAGES = 'python3-aiohttp python3-socketio'

/**
 * The path of a program that tests run beside the server; installs it from Debian's package if it is missing.
 * @throws if it can be neither found nor installed
 */
export async function programPath(name: string, debianPackage = name): Promise<string> {
  return foundOrInstalled(() => findProgram(name), debianPackage)
}

/**
 * A Python that has what the examples import; installs Debian's packages for Debian's Python if there is none.
 * @throws if it can be neither found nor installed
 */
export const pythonPath = (): Promise<string> => foundOrInstalled(findPython, PYTHON_PACKAGES)

/** @param debianPackages separated by spaces */
async function foundOrInstalled(find: () => Promise<string | undefined>, debianPackages: string): Promise<string> {
  const found = await find()
  if (found !== undefined) return found
  const installed = installing.get(debianPackages) ?? install(debianPackages)
  installing.set(debianPackages, installed)
  await installed
  const now = await find()
  if (now === undefined) throw new Error(`expected what a test needs in ${debianPackages}`)
  return now
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS]
  for (const folder of folders) {
    const path = join(folder, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return undefined
}

async function findPython(): Promise<string | undefined> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const canRun = await run(python, ['-c', PYTHON_IMPORTS]).then(
      () => true,
      () => false,
    )
    if (canRun) return python
  }
  return undefined
}

async function install(debianPackages: string): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  // Test files run in processes of their own, and apt-get fails while another runs.
  const apt = ['flock', APT_LOCK, ...(process.getuid?.() === 0 ? [] : ['sudo', '-n']), 'apt-get', '-q']
  const [program = '', ...before] = apt
  try {
    await run(program, [...before, 'update'], options)
    await run(program, [...before, 'install', '-y', '--no-install-recommends', ...debianPackages.split(' ')], options)
  } catch (cause) {
    throw new Error(`${debianPackages} cannot be found, and installing it failed: put it on the PATH.`, { cause })
  }
}
