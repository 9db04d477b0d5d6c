import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { metricsTable } from './metrics.ts'
import { envExample, settingsTable } from './settings.ts'

/** A file of the repository that is written from the code, in whole or between two markers. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** Every generated file as it must stand. @param root of the repository */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  return [
    { path: '.env.example', text: envExample() },
    await withTable(root, 'README.md', 'settings', settingsTable()),
    await withTable(root, 'docs/operations.md', 'metrics', metricsTable()),
  ]
}

async function withTable(root: string, path: string, name: string, table: string): Promise<GeneratedFile> {
  const file = join(root, path)
  const style = await resolveConfig(file)
  const formatted = await format(table, { ...style, parser: 'markdown' })
  return { path, text: between(name, await readFile(file, 'utf8'), `\n${formatted}\n`) }
}

/** A text with another between its markers `<!-- name:begin -->` and `<!-- name:end -->`. */
function between(name: string, text: string, inner: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`]
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`expected ${begin.trim()} and ${end} in the text`)
  return text.slice(0, before + begin.length) + inner + text.slice(after)
}
