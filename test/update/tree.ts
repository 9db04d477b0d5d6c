import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The files that a server needs. */
const FOLDERS = ['server', 'shared', 'db', 'web/build', 'package.json', 'web/package.json']
/** Folders of the working tree that are not part of a version. */
const EXCLUDED = new Set(['node_modules', '.data'])

/** A difference between a version and the one from which it is made. */
export type Change =
  /** A new file, made from existing ones. */
  | { readonly file: string; readonly text: (read: (file: string) => Promise<string>) => Promise<string> }
  /** A replacement of words that occur exactly once in a file. */
  | { readonly file: string; readonly replace: string; readonly by: string }

/** A version of the exchange in its own folder, ready to run. */
export interface Tree extends AsyncDisposable {
  readonly name: string
  readonly folder: string
  /** Path of its server. */
  readonly main: string
  /** Runs its `valiant migrate`. */
  migrate(databaseUrl: string): Promise<string>
}

/** The current working tree with some changes. */
export async function workingTree(name: string, changes: readonly Change[] = []): Promise<Tree> {
  const folder = await newFolder()
  for (const part of FOLDERS) {
    await cp(join(ROOT, part), join(folder, part), {
      recursive: true,
      filter: (path) => !EXCLUDED.has(path.slice(path.lastIndexOf('/') + 1)),
    })
  }
  await linkPackages(folder)
  for (const change of changes) await apply(folder, change)
  return treeIn(folder, name)
}

/** A version from the history, with the terminal of the working tree: the server needs one, but the traders do not use it. */
export async function treeOf(commit: string, changes: readonly Change[] = []): Promise<Tree> {
  const { stdout } = await run('git', ['log', '-1', '--format=%h %s', commit], { cwd: ROOT })
  const folder = await newFolder()
  const archive = spawn('git', ['archive', commit, 'server', 'shared', 'db', 'package.json', 'web/package.json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const extract = spawn('tar', ['-x', '-C', folder], { stdio: [archive.stdout, 'ignore', 'inherit'] })
  const [code] = (await once(extract, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`git archive ${commit} could not be unpacked`)
  await cp(join(ROOT, 'web/build'), join(folder, 'web/build'), { recursive: true })
  await linkPackages(folder)
  for (const change of changes) await apply(folder, change)
  return treeIn(folder, stdout.trim())
}

const newFolder = () => mkdtemp(join(tmpdir(), 'valiant-version-'))

function treeIn(folder: string, name: string): Tree {
  return {
    name,
    folder,
    main: join(folder, 'server/main.ts'),
    migrate: async (databaseUrl) => {
      const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, AUTH_SECRET: 'a'.repeat(32) }
      return (await run(process.execPath, [join(folder, 'server/cli.ts'), 'migrate'], { env })).stdout.trim()
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Links the packages of this checkout, except the project's own, which are those of the folder. */
async function linkPackages(folder: string): Promise<void> {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')]
  await mkdir(join(to, '@valiant'), { recursive: true })
  for (const name of await readdir(from)) {
    if (name !== '@valiant') await symlink(join(from, name), join(to, name))
  }
  for (const name of ['server', 'shared', 'web']) await symlink(join(folder, name), join(to, '@valiant', name))
}

async function apply(folder: string, change: Change): Promise<void> {
  const read = (file: string) => readFile(join(folder, file), 'utf8')
  const path = join(folder, change.file)
  if ('text' in change) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await change.text(read))
    return
  }
  await writeFile(path, replaced(await read(change.file), change))
}

/** @throws {Error} when the words do not occur exactly once */
export function replaced(
  text: string,
  { file, replace, by }: { readonly file: string; readonly replace: string; readonly by: string },
): string {
  const parts = text.split(replace)
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${replace}`)
  return parts.join(by)
}
