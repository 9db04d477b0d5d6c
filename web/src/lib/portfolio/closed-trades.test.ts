import type { Fill } from '@valiant/shared/protocol/order'
import { expect, test } from 'vitest'
import { closedTradesOf, ranked, winRateOf } from './closed-trades.ts'

/** "buy 5 NOVA +1.50", oldest first; one a second. */
const fillsOf = (...lines: string[]): Fill[] =>
  lines
    .map((line, index): Fill => {
      const [side = '', qty = '', symbol = '', realizedPnl = ''] = line.split(' ')
      return {
        fillId: `F${index}`,
        tradeId: '1',
        orderId: 'O1',
        clientOrderId: 'c1',
        symbol,
        side: side === 'buy' ? 'buy' : 'sell',
        qty,
        price: '100.00',
        fee: '0.10',
        liquidity: 'taker',
        realizedPnl: realizedPnl.replace('+', ''),
        time: index * 1_000,
      }
    })
    .reverse()
const none = [] as const
const brief = (trades: ReturnType<typeof closedTradesOf>) =>
  trades.map(({ symbol, side, openedMs, closedMs, profitCents }) => [symbol, side, openedMs, closedMs, profitCents])

test('a trade goes from flat to flat, whatever fills lie between', () => {
  const fills = fillsOf('buy 5 NOVA 0.00', 'buy 5 NOVA 0.00', 'sell 4 NOVA +2.00', 'sell 6 NOVA -0.50')
  expect(brief(closedTradesOf(fills, none))).toEqual([['NOVA', 'long', 0, 3_000, 150n]])
})

test('a fill through zero ends one trade and begins the next', () => {
  const fills = fillsOf('buy 5 NOVA 0.00', 'sell 8 NOVA +1.00', 'buy 3 NOVA -2.00')
  expect(brief(closedTradesOf(fills, none))).toEqual([
    ['NOVA', 'short', 1_000, 2_000, -200n],
    ['NOVA', 'long', 0, 1_000, 100n],
  ])
})

test('an open position is no trade yet, nor is one opened before the known fills', () => {
  expect(closedTradesOf(fillsOf('buy 5 NOVA 0.00'), [{ symbol: 'NOVA', qty: '5' }])).toEqual([])
  const fills = fillsOf('sell 5 VCN +9.00', 'buy 0.5 VCN 0.00', 'sell 0.5000 VCN +1.00')
  expect(brief(closedTradesOf(fills, none))).toEqual([['VCN', 'long', 1_000, 2_000, 100n]])
})

test('the win rate counts all trades, and winners and losers are ranked separately', () => {
  const fills = fillsOf(
    ...['buy 1 NOVA 0.00', 'sell 1 NOVA +1.00', 'buy 1 NOVA 0.00', 'sell 1 NOVA +3.00'],
    ...['buy 1 NOVA 0.00', 'sell 1 NOVA -2.00', 'buy 1 NOVA 0.00', 'sell 1 NOVA 0.00'],
  )
  const trades = closedTradesOf(fills, none)
  expect(winRateOf(trades)).toEqual({ won: 2, of: 4, percent: 50 })
  expect(ranked(trades, 'best').map(({ profitCents }) => profitCents)).toEqual([300n, 100n])
  expect(ranked(trades, 'worst').map(({ profitCents }) => profitCents)).toEqual([-200n])
  expect(winRateOf([])).toBeUndefined()
})
