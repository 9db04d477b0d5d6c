import { expect, it } from 'vitest'
import { sectorTiles } from './sector-tiles.ts'

const member = (sector: string, turnover: number, changePct: number) => ({ sector, turnover, changePct })

it('weighs a sector’s change by turnover and shows the largest first', () => {
  const [row] = sectorTiles([member('Energy', 100, 1), member('Technology', 300, 4), member('Technology', 100, 0)])
  expect(row?.map(({ sector, changePct }) => [sector, changePct])).toEqual([
    ['Technology', 3],
    ['Energy', 1],
  ])
})

it('fills rows whose shares sum to one, and keeps the smallest readable', () => {
  const rows = sectorTiles(['A', 'B', 'C', 'D', 'E', 'F'].map((sector, index) => member(sector, 10 ** (6 - index), 1)))
  expect(rows.map((row) => row.length)).toEqual([2, 3, 1])
  for (const row of rows) {
    expect(row.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    expect(Math.min(...row.map(({ share }) => share))).toBeGreaterThan(0.15)
  }
})
