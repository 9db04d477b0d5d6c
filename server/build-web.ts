import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Builds the terminal when its sources are newer than what was built; `npm start`, `npm run dev` and `npm test` call it first. */
const root = join(import.meta.dirname, '..')
const built = join(root, 'web/build/handler.js')
const sources = ['web/src', 'web/static', 'web/package.json', 'web/vite.config.ts', 'shared', 'package-lock.json']

if (!existsSync(built) || newest(sources.map((path) => join(root, path))) > statSync(built).mtimeMs) {
  console.log('Building the terminal (some 15 s, once) …')
  try {
    execFileSync('npm', ['run', 'build', '-w', 'web'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    console.error(`${stdout?.toString() ?? ''}${stderr?.toString() ?? ''}`)
    console.error('The terminal could not be built: see above.')
    process.exit(1)
  }
}

/** The time of the newest file below these paths, in ms. */
function newest(paths: readonly string[]): number {
  return Math.max(
    0,
    ...paths
      .filter((path) => existsSync(path) && !path.endsWith('node_modules'))
      .map((path) =>
        statSync(path).isDirectory()
          ? newest(readdirSync(path).map((name) => join(path, name)))
          : statSync(path).mtimeMs,
      ),
  )
}
