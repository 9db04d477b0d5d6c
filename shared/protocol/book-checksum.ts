import { CHECKSUM_LEVELS } from './limits.ts'
import type { Level } from './market-data.ts'

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 (IEEE 802.3, as in zip) of an ASCII text, unsigned. */
export function crc32(text: string): number {
  let value = -1
  for (let i = 0; i < text.length; i++) {
    value = (TABLE[(value ^ text.charCodeAt(i)) & 0xff] ?? 0) ^ (value >>> 8)
  }
  return (value ^ -1) >>> 0
}

/** Checksum of a book: `price:lots` of the best ten bids, then of the best ten asks, best first, joined by commas. */
export function bookChecksum(bids: readonly Level[], asks: readonly Level[]): number {
  const text = (levels: readonly Level[]) => levels.slice(0, CHECKSUM_LEVELS).map(([ticks, lots]) => `${ticks}:${lots}`)
  return crc32([...text(bids), ...text(asks)].join(','))
}
