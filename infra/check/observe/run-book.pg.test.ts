import pg from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../../test/rig/postgres.ts'
import { fileOf } from '../files.ts'

/** The statements in the run book's entries for alerts. */
function statementsOf(page: string): string[] {
  const [, part = ''] = /^## Alerts$([^]*)/m.exec(page) ?? []
  const code = [...part.matchAll(/(?:^ {4}\S.*\n(?: {4}.*\n)*)/gm)].map(([block]) => block)
  return code.flatMap((block) => block.split(';\n')).filter((text) => /^\s*SELECT /.test(text))
}

test('Postgres accepts the statements of the run book in the current schema', async () => {
  const statements = statementsOf(fileOf('docs/operations/alerts.md'))
  expect(statements.length).toBeGreaterThan(4)
  await using database = await freshDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    for (const statement of statements) expect((await client.query(statement)).fields, statement).not.toEqual([])
  } finally {
    await client.end()
  }
})
