import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { asyncApi } from '../gateway/documents/asyncapi.ts'
import { openApi } from '../gateway/documents/openapi.ts'
import { metricsTable } from './metrics.ts'
import { envExample, settingsTable } from './settings.ts'

/** A file of the repository that is written from the code, in whole or between two markers. */
interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** Every generated file with its current content. @param root of the repository */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  return [
    { path: '.env.example', text: envExample() },
    await withTable(root, 'docs/configuration.md', 'settings', settingsTable()),
    await withTable(root, 'docs/operations/monitoring.md', 'metrics', metricsTable()),
    await document(root, 'docs/openapi.json', openApi()),
    await document(root, 'docs/asyncapi.json', asyncApi()),
  ]
}

/**
 * The API documents that a running server also serves. They are committed so that review shows every change of the API,
 * and so that clients can be generated without a server. Schemas are sorted by name, because their order otherwise depends
 * on the order in which modules were loaded.
 */
async function document(root: string, path: string, content: object): Promise<GeneratedFile> {
  const byName = (key: string, value: unknown) => (key === 'schemas' ? sorted(value as object) : value)
  return { path, text: await styled(join(root, path), JSON.stringify(content, byName), 'json') }
}

const sorted = (named: object): object => Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)))

async function withTable(root: string, path: string, name: string, table: string): Promise<GeneratedFile> {
  const file = join(root, path)
  return { path, text: between(name, await readFile(file, 'utf8'), `\n${await styled(file, table, 'markdown')}\n`) }
}

const styled = async (file: string, text: string, parser: 'json' | 'markdown'): Promise<string> =>
  await format(text, { ...(await resolveConfig(file)), parser })

/** The text, with `inner` between its markers `<!-- name:begin -->` and `<!-- name:end -->`. */
function between(name: string, text: string, inner: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`]
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`expected ${begin.trim()} and ${end} in the text`)
  return text.slice(0, before + begin.length) + inner + text.slice(after)
}
