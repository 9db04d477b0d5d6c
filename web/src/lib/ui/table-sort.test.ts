import { expect, test, vi } from 'vitest'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { TableSort } = await import('./table-sort.svelte.ts')

interface Row {
  readonly name: string
  readonly value: number
}

const rows: readonly Row[] = [
  { name: 'NOVA', value: 20 },
  { name: 'LUMA', value: -3 },
  { name: 'QILL', value: 100 },
]
const sort = () =>
  new TableSort<Row, 'name' | 'value'>(
    ({ name }) => name,
    (row, column) => row[column],
  )
const names = (shown: readonly Row[]) => shown.map(({ name }) => name).join(' ')

test('numbers start with the largest, names with A, and the same column again turns it around', () => {
  const table = sort()
  expect([names(table.sorted(rows)), table.of('value')]).toEqual(['NOVA LUMA QILL', undefined])
  table.by('value', rows)
  expect([names(table.sorted(rows)), table.of('value')]).toEqual(['QILL NOVA LUMA', 'descending'])
  table.by('value', rows)
  expect([names(table.sorted(rows)), table.of('value')]).toEqual(['LUMA NOVA QILL', 'ascending'])
  table.by('name', rows)
  expect([names(table.sorted(rows)), table.of('value')]).toEqual(['LUMA NOVA QILL', undefined])
  table.by('name', rows)
  expect(names(table.sorted(rows))).toBe('QILL NOVA LUMA')
})

test('rows keep their places as their values change, and new ones follow', () => {
  const table = sort()
  table.by('value', rows)
  const later = [{ name: 'EUR', value: 1_000 }, ...rows.map(({ name, value }) => ({ name, value: -value }))]
  expect(names(table.sorted(later))).toBe('QILL NOVA LUMA EUR')
  expect(names(table.sorted(later.slice(0, 2)))).toBe('NOVA EUR')
  table.by('value', later)
  expect(names(table.sorted(later))).toBe('QILL NOVA LUMA EUR')
})
