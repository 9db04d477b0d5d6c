import { expect, test } from 'vitest'
import { csvOf } from './csv.ts'

const cellOf = (field: string, value: unknown) => csvOf([field], [{ [field]: value }]).split('\r\n')[1]

test.each(['tag', 'note', 'name', 'clientOrderId'])('%s is never a formula', (field) => {
  for (const start of ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠']) {
    expect(cellOf(field, `${start}A1`)).toMatch(/^"?'/)
  }
  expect(cellOf(field, 'A1=2')).toBe('A1=2')
})

test('amounts stay numbers, and a cell with commas, quotes or line ends is quoted', () => {
  expect(cellOf('realizedPnl', '-12.50')).toBe('-12.50')
  expect(csvOf(['tag', 'note'], [{ tag: 'a,"b"', note: 'c\r\nd' }])).toBe('tag,note\r\n"a,""b""","c\r\nd"\r\n')
})
