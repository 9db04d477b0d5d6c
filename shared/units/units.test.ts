import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCents, parseCents } from './cents.ts'
import { divideHalfUp, formatScaled, formatSteps, parseSteps, stepOf, withoutTrailingZeros } from './decimal.ts'
import { idText, parseId } from './id.ts'

describe('decimals', () => {
  it('a price that is a multiple of the tick size becomes a number of ticks', () => {
    expect(parseSteps('184.32', stepOf('0.02'))).toEqual({ ok: true, value: 9216 })
    expect(parseSteps('1.08420', stepOf('0.00005'))).toEqual({ ok: true, value: 21684 })
    expect(parseSteps('64220', stepOf('20'))).toEqual({ ok: true, value: 3211 })
  })

  it('a price between two ticks yields the nearest valid price', () => {
    expect(parseSteps('184.33', stepOf('0.02'))).toEqual({ ok: false, rule: 'step', nearest: '184.34' })
    expect(parseSteps('0.001', stepOf('0.02'))).toEqual({ ok: false, rule: 'step', nearest: '0.02' })
  })

  it.each(['1e3', '0x10', '-0', '-1', '१', ' 1', '1.', '.5', '01', '', 'NaN', '9'.repeat(40), '0.000000000001'])(
    'rejects the format of %j',
    (text) => {
      expect(parseSteps(text, stepOf('0.01'))).toEqual({ ok: false, rule: 'format' })
    },
  )

  it('refuses what no double counts, on a step or off it', () => {
    const step = stepOf('0.00001')
    expect(parseSteps('90071992547.40991', step)).toEqual({ ok: true, value: Number.MAX_SAFE_INTEGER })
    for (const text of ['90071992547.40992', '90071992547.409916', '999999999999']) {
      expect(parseSteps(text, step)).toEqual({ ok: false, rule: 'max' })
    }
    expect(parseSteps('90071992547.409914', step)).toMatchObject({ rule: 'step', nearest: '90071992547.40991' })
  })

  it('no step is nothing, less or a word', () => {
    for (const size of ['0', '0.00', '-1', '1e3', '', 'tick']) {
      expect(() => stepOf(size), size).toThrow(new RegExp(`expected a .*step size, found ${size}$`))
    }
  })

  it('counts whose value no double holds are written exactly', () => {
    expect(formatSteps(Number.MAX_SAFE_INTEGER, stepOf('0.05'))).toBe('450359962737049.55')
    expect(formatSteps(-Number.MAX_SAFE_INTEGER, stepOf('20'))).toBe('-180143985094819820')
  })

  it('numbers and bigints are formatted alike, up to the largest safe integer', () => {
    const nearPower = fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -2, max: 2 }), fc.integer({ min: 1, max: 9_007 }))
      .map(([exponent, off, times]) => Math.min(times * 10 ** exponent + off, Number.MAX_SAFE_INTEGER - 2 + off))
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), nearPower), fc.integer({ min: 0, max: 12 }), (scaled, decimals) => {
        expect(formatScaled(scaled, decimals)).toBe(formatScaled(BigInt(scaled), decimals))
      }),
      { numRuns: 2_000 },
    )
  })

  it('trailing zeros are removed without changing the value', () => {
    const short = ['10', '10.0', '10.50', '100', '0.10', '0', '0.00', '1.01'].map(withoutTrailingZeros)
    expect(short).toEqual(['10', '10', '10.5', '100', '0.1', '0', '0', '1.01'])
  })

  it('formats and parses back, for any count of any step', () => {
    const step = fc.constantFrom('0.01', '0.02', '0.05', '0.00005', '20', '1', '0.001', '1000', '100')
    fc.assert(
      // Even with the largest step the text has at most twelve digits, the limit on the wire.
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), step, (count, size) => {
        const text = formatSteps(count, stepOf(size))
        expect(parseSteps(text, stepOf(size))).toEqual({ ok: true, value: count })
      }),
    )
  })

  it('money has two decimals, and a sign when negative', () => {
    expect(formatCents(-5)).toBe('-0.05')
    expect(formatCents(10_000_000)).toBe('100000.00')
    expect(parseCents('100000.00')).toEqual({ ok: true, value: 10_000_000 })
  })

  it('halves are rounded up', () => {
    expect(divideHalfUp(5n, 2n)).toBe(3n)
    expect(divideHalfUp(4n, 3n)).toBe(1n)
  })
})

describe('ids', () => {
  const account = fc.integer({ min: 1, max: 2 ** 31 - 1 })
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })

  it('parse back to their account and number', () => {
    fc.assert(
      fc.property(account, number, (a, n) => {
        expect(parseId(idText(a, n))).toEqual({ account: a, number: n })
      }),
    )
  })

  it('are thirteen characters of the account’s number times 2^32 and its own', () => {
    expect([idText(1, 1), idText(2 ** 31 - 1, 2 ** 32 - 1)]).toEqual(['0000004000001', '7ZZZZZZZZZZZZ'])
  })

  it('sort on the wire as in the database', () => {
    fc.assert(
      fc.property(account, number, account, number, (a, n, b, m) => {
        expect(idText(a, n) < idText(b, m)).toBe(a === b ? n < m : a < b)
      }),
    )
  })

  it('anything else parses to undefined', () => {
    for (const text of ['', 'no-such-order', '0'.repeat(12), 'U'.repeat(13), 'Z'.repeat(13), `8${'0'.repeat(12)}`]) {
      expect(parseId(text)).toBeUndefined()
    }
  })
})
