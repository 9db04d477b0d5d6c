import { crc32 as reference } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bookChecksum, crc32 } from './book-checksum.ts'
import type { Level } from './market-data.ts'

it('the checksum is the CRC-32 that zip uses', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => crc32(text) === reference(text)))
})

it('the checksum of a book covers its best ten bids, then its best ten asks', () => {
  const bids = Array.from({ length: 12 }, (_, i): Level => [100 - i, i + 1])
  const asks: Level[] = [[101, 5]]
  const text = [...bids.slice(0, 10), ...asks].map(([ticks, lots]) => `${ticks}:${lots}`).join(',')
  expect(bookChecksum(bids, asks)).toBe(reference(text))
})
