import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pgPromise from 'pg-promise'
import { expect, test } from 'vitest'
import { sql } from './sql.ts'
import { shapeOf, StatementNames } from './statement-names.ts'

const QUERIES = join(import.meta.dirname, '../../db/queries')
const names = new StatementNames()

test('every statement of db/queries has a unique shape, so its name is unambiguous', () => {
  const files = readdirSync(QUERIES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'))
  const shapes = files.map((file) => shapeOf(readFileSync(join(QUERIES, file), 'utf8')))
  expect(files.length).toBeGreaterThan(80)
  expect(files.filter((_, at) => shapes.indexOf(shapes[at] ?? '') !== at)).toEqual([])
})

test('a statement is recognized with all kinds of values formatted into it', () => {
  const written = pgPromise.as.format(sql.journal.listOrders, {
    account: 40,
    status: "it's",
    symbol: null,
    fromMs: 9_007_199_254_740_993n,
    toMs: null,
    before: 5,
    downTo: 0.5,
    limit: 101,
  })
  expect(written).toContain("it''s")
  expect(names.nameOf(written)).toBe('journal/list-orders')
  const ofAccounts = pgPromise.as.format(sql.journal.listSeqs, { accounts: [1, 2, 3] })
  expect(names.nameOf(ofAccounts)).toBe('journal/list-seqs')
  const ofTable = pgPromise.as.format(sql.journal.findBarEnds, { table: 'candle_1m', symbol: 'VLNT' })
  expect(names.nameOf(ofTable)).toBe('journal/find-bar-ends')
})

test('any other statement is named by its first words, without values', () => {
  expect(names.nameOf("SELECT  secret\nFROM vault -- open\nWHERE code = 'sesame' AND n IN (1, -2, 3)")).toBe(
    'SELECT secret FROM vault WHERE code=? AND n IN(?)',
  )
  expect(names.nameOf(`SELECT ${'long, '.repeat(40)}1`)).toMatch(/^SELECT long,long,.{43}…$/)
})
