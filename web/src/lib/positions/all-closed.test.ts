import { describe, expect, test } from 'vitest'
import { allClosed, type Closing } from './all-closed.ts'

const closed = (name: string, realizedPnl: string): Closing => ({
  name,
  end: 'answered',
  order: { qty: '10', filledQty: '10', fills: [{ fee: '0.50', realizedPnl }] },
})
const refused = (name: string, why = 'There are no bids.'): Closing => ({ name, end: 'refused', why })

describe('the receipt of positions closed together', () => {
  test('adds up their profit or loss', () => {
    expect(allClosed([closed('NOVA', '912.00'), closed('LUMA', '-2.50')])).toEqual({
      kind: 'done',
      title: '2 positions closed',
      text: 'Result +$909.50. Fees $1.00.',
      waysOn: [{ label: 'View', do: 'view', list: 'fills' }],
    })
  })

  test('names those that stay open, and why', () => {
    const { kind, title, text } = allClosed([refused('KLIO'), closed('NOVA', '5.00'), refused('VCN')])
    expect([kind, title]).toEqual(['refused', '1 of 3 positions closed'])
    expect(text).toBe('KLIO and VCN stay: There are no bids.')
  })

  test('counts those that were closed before, and names them', () => {
    const before: Closing = { name: 'LUMA', end: 'flat' }
    expect(allClosed([closed('NOVA', '5.00'), before])).toMatchObject({
      kind: 'done',
      title: '2 positions closed',
      text: 'Result +$5.00. Fees $0.50. LUMA was closed already.',
    })
    expect(allClosed([before, { ...before, name: 'NOVA' }])).toMatchObject({
      kind: 'canceled',
      title: 'LUMA and NOVA were closed already',
      text: 'Nothing more was bought or sold.',
    })
  })

  test('says how much found no buyer, and what is not known', () => {
    const part: Closing = { name: 'LUMA', end: 'answered', order: { qty: '1200', filledQty: '0', fills: [] } }
    expect(allClosed([part, { name: 'NOVA', end: 'unknown' }])).toMatchObject({
      title: '0 of 2 positions closed',
      text: 'Of LUMA 0 of 1,200 found a buyer or seller; the rest stays. Whether NOVA closed isn’t known yet; the list shows it.',
    })
  })
})
