import { describe, expect, test } from 'vitest'
import { withoutValues } from './statement.ts'

describe('withoutValues', () => {
  test.each([
    [`SELECT 'ada@example.com'::text, 17, -4.5e3 FROM t`, 'SELECT ?::text, ?, -? FROM t'],
    [`SELECT * FROM "it's 1" WHERE a = 'it''s -- 5'`, `SELECT * FROM "it's 1" WHERE a = ?`],
    [`-- the account's ledger\nSELECT 1 /* isn't 2 */ AS one`, 'SELECT ? AS one'],
    [`SELECT E'a\\'b 7' , e'x'`, 'SELECT ?, …'],
    [`DO $body$ SELECT 'secret' $body$; SELECT $$secret$$`, 'DO ?; SELECT ?'],
    [`UPDATE candle_1m SET a1 = $1 WHERE x2.y3 = $12`, 'UPDATE candle_1m SET a1 = $1 WHERE x2.y3 = $12'],
    [`SELECT  a\n  FROM b\tWHERE c IN (1, 2,3, 'x')`, 'SELECT a FROM b WHERE c IN (?, …)'],
    [`SELECT '2026-11-26'::date + interval '1 day'`, 'SELECT ?::date + interval ?'],
    [`select '' , '''' , 5`, 'select ?, …'],
  ])('%s', (statement, expected) => {
    expect(withoutValues(statement)).toBe(expected)
  })

  test('limits the length', () => {
    expect(withoutValues(`SELECT ${'a, '.repeat(10_000)}`).length).toBeLessThanOrEqual(2_000)
  })
})
