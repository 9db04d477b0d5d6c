import { expect, it } from 'vitest'
import { costsByClass } from './costs.ts'

const share = {
  assetClass: 'equity',
  makerBps: 2,
  takerBps: 5,
  borrowBps: 150,
  shortable: true,
  initialMarginBps: 5_000,
  maintenanceMarginBps: 2_500,
} as const

it('gives one figure where the instruments of a class agree, and a range where they do not', () => {
  const other = { ...share, takerBps: 8, initialMarginBps: 3_000, shortable: false, borrowBps: 900 }
  const [stocks] = costsByClass([share, other])
  expect(stocks).toEqual({
    ...{ label: 'Stocks', maker: '2 bp', taker: '5 to 8 bp', borrow: '1.5%' },
    ...{ initial: '30 to 50%', maintenance: '25%', leverage: '2 to 3.3 times' },
  })
})

it('lists only classes that are traded, and no cost of borrowing what cannot be sold short', () => {
  const coin = { ...share, assetClass: 'coin', shortable: false } as const
  expect(costsByClass([coin]).map(({ label, borrow }) => [label, borrow])).toEqual([['Crypto', '–']])
  expect(costsByClass([])).toEqual([])
})
