import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { readBindings } from './bindings.ts'
import { readModules } from './module.ts'
import { SCHEMA_FILE, type Body, type Schema } from './schema.ts'

/**
 * Writes what the providers say of the types that infra/terraform uses. Their whole description is some 400 MB, so it
 * is read once from the published bindings, in a folder for the time being, and the small part that is used is kept.
 *
 *   node infra/check/terraform/generate-schema.ts [folder where the bindings are installed already]
 */

const BINDINGS: Readonly<Record<string, string>> = {
  aws: '@cdktf/provider-aws@21.22.1',
  random: '@cdktf/provider-random@12.0.1',
  archive: '@cdktf/provider-archive@11.0.1',
}
const TERRAFORM = fileURLToPath(new URL('../../terraform', import.meta.url))

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'valiant-schema-'))
try {
  if (given === undefined) install(folder)
  const { schema, missing } = schemaOf(await typesUsed())
  for (const type of missing) console.error(`No provider has ${type}.`)
  const file = fileURLToPath(SCHEMA_FILE)
  const options = await resolveConfig(file)
  writeFileSync(file, await format(JSON.stringify(schema), { ...options, filepath: file }))
  if (missing.length > 0) process.exitCode = 1
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true })
}

function install(into: string): void {
  writeFileSync(join(into, 'package.json'), '{ "private": true }')
  const flags = ['--force', '--ignore-scripts', '--no-audit', '--no-fund'] // --force: without the bindings' peers
  const { status } = spawnSync('npm', ['install', ...flags, ...Object.values(BINDINGS)], {
    cwd: into,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The bindings of the providers could not be installed.')
}

async function typesUsed(): Promise<{ resource: string[]; data: string[] }> {
  const modules = await readModules(TERRAFORM)
  const types = (kind: 'resource' | 'data') =>
    [...new Set(modules.flatMap((module) => module[kind].map(({ type }) => type)))].sort()
  return { resource: types('resource'), data: types('data') }
}

function schemaOf(used: { resource: string[]; data: string[] }): { schema: Schema; missing: string[] } {
  const missing: string[] = []
  const bodies = (types: string[], kind: 'resource' | 'data'): Record<string, Body> =>
    Object.fromEntries(
      types.flatMap((type) => {
        const [provider = '', ...rest] = type.split('_')
        const name = rest.join('-')
        const root = join(folder, 'node_modules/@cdktf', `provider-${provider}/lib`)
        const from = join(root, kind === 'data' ? `data-${provider}-${name}` : name)
        if (existsSync(from)) return [[type, readBindings(from)] as const]
        missing.push(type)
        return []
      }),
    )
  const providers = Object.fromEntries(Object.keys(BINDINGS).map((name) => [name, versionOf(name)]))
  const schema = {
    providers,
    resource: bodies(used.resource, 'resource'),
    data: bodies(used.data, 'data'),
  }
  return { schema, missing }
}

/** The version of the provider, not of its bindings: it stands in the addresses of their documentation. */
function versionOf(provider: string): string {
  const text = readFileSync(join(folder, 'node_modules/@cdktf', `provider-${provider}/package.json`), 'utf8')
  const { cdktf } = JSON.parse(text) as { cdktf?: { provider?: { version?: string } } }
  const version = cdktf?.provider?.version
  if (version === undefined) throw new Error(`The bindings of ${provider} do not say which version they are of.`)
  return version
}
