import { stepOf } from '@valiant/shared/units/decimal'
import type { Trade } from '../engine/event.ts'
import type { MarketFrame, SymbolChange } from './market-frame.ts'
import type { FeedInstrument } from './wire.ts'

/** An instrument with a tick of 0.01 and whole lots. */
export function listed(symbol: string): FeedInstrument {
  return {
    tick: stepOf('0.01'),
    lot: stepOf('1'),
    wire: {
      symbol,
      name: symbol,
      assetClass: 'equity',
      sector: 'Technology',
      base: symbol,
      quote: 'USD',
      tickSize: '0.01',
      lotSize: '1',
      minQty: '1',
      maxQty: '1000000',
      minNotional: '1.00',
      makerBps: 2,
      takerBps: 5,
      initialMarginBps: 5_000,
      maintenanceMarginBps: 2_500,
      shortable: false,
      borrowBps: 0,
      priceBandBps: 500,
      orderTypes: ['market', 'limit'],
      timesInForce: ['gtc', 'ioc', 'fok'],
      session: { open: '13:30', close: '20:00' },
      status: 'open',
      version: 1,
    },
  }
}

/** A frame of the leader, by default of epoch 1 and empty. */
export const frameOf = (parts: Partial<MarketFrame> & Pick<MarketFrame, 'seq' | 'timeMs'>): MarketFrame => ({
  epoch: 1,
  full: false,
  indicative: false,
  symbols: [],
  ...parts,
})

export const changeOf = (symbol: string, parts: Partial<SymbolChange> = {}): SymbolChange => ({
  symbol,
  bids: [],
  asks: [],
  trades: [],
  status: 'open',
  ...parts,
})

export const tradeOf = (symbol: string, parts: Pick<Trade, 'id' | 'timeMs'> & Partial<Trade>): Trade => ({
  symbol,
  ticks: 10_000,
  lots: 1,
  takerSide: 'buy',
  ...parts,
})
