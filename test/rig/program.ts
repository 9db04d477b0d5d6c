import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Debian's folders for administrators' programs, which are often not on the PATH of other users. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/games']
const installing = new Map<string, Promise<void>>()

/**
 * The path of a program that tests run beside the server; installs it from Debian's package if it is missing.
 * @throws if it can be neither found nor installed
 */
export async function programPath(name: string, debianPackage = name): Promise<string> {
  const found = await findProgram(name)
  if (found !== undefined) return found
  const installed = installing.get(debianPackage) ?? install(debianPackage)
  installing.set(debianPackage, installed)
  await installed
  const now = await findProgram(name)
  if (now === undefined) throw new Error(`expected ${name} in the package ${debianPackage}`)
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

async function install(debianPackage: string): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const [program = '', ...before] = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get']
  try {
    await run(program, [...before, 'update', '-q'], options)
    await run(program, [...before, 'install', '-y', '-q', '--no-install-recommends', debianPackage], options)
  } catch (cause) {
    throw new Error(`${debianPackage} is not installed, and installing it failed: put it on the PATH.`, { cause })
  }
}
