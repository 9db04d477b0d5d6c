import { readdirSync, readFileSync } from 'node:fs'
import { sql } from '../../../server/database/sql.ts'

/** The parts of the schema that the fake needs, read from the files from which a real database is created. */

const folder = (name: string) => new URL(`../../../db/${name}/`, import.meta.url)
const read = (name: string, file: string) => readFileSync(new URL(file, folder(name)), 'utf8')
const withoutComments = (text: string) => text.replaceAll(/--.*$/gm, '')
/** The names in a list of names with types. */
const firstWords = (list: string) =>
  withoutComments(list)
    .split(',')
    .map((one) => one.trim().split(/\s+/))

/** The columns of each composite type of a batch, by the type's name after `batch_`. */
const types = new Map<string, readonly string[]>()
for (const file of readdirSync(folder('migrations')).sort()) {
  for (const [, name = '', columns = ''] of withoutComments(read('migrations', file)).matchAll(
    /CREATE TYPE batch_(\w+) AS \(([^;]*)\);/g,
  )) {
    types.set(
      name,
      firstWords(columns).map(([column = '']) => column),
    )
  }
}

/** The index of a type serves as its OID. */
export const ROW_TYPES: readonly { readonly name: string; readonly type: number }[] = [...types.keys()].map(
  (name, index) => ({ name, type: index + 1 }),
)

export function columnsOf(type: number): readonly string[] {
  const columns = types.get(ROW_TYPES[type - 1]?.name ?? '')
  if (columns === undefined) throw new Error(`postgres: expected a type of rows, found ${type}`)
  return columns
}

const [, commitFunction = ''] = /SELECT (commit_batch\w*)\(/.exec(sql.journal.commitBatch.text) ?? []
const [, header = ''] =
  /\(([\s\S]*?)\)\s*RETURNS/.exec(withoutComments(read('functions', `${commitFunction}.sql`))) ?? []

/** The parameter names of the commit function, in order. */
export const COMMIT_PARAMETERS: readonly string[] = firstWords(header).map(([name = '']) => name)
