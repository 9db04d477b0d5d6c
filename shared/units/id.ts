/**
 * Ids of accounts (number 0), orders, fills and ledger entries: `account × 2^32 + a running number within the account`.
 * They sort by creation within an account, those of a user's accounts too, need no clock, and reveal no counts except the
 * account's own.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's base 32
const LENGTH = 13 // 65 bits: an int8 fits

/** An id as sent on the wire: thirteen characters of Crockford's base 32, which sort like the numbers. */
export function idText(account: number, number: number): string {
  // Two halves below 2^53 instead of a bigint, because this runs for every order and fill of every frame. The low 30
  // bits give the last six characters, the remaining 33 bits at most the first seven.
  let low = number % 2 ** 30
  let high = account * 4 + Math.floor(number / 2 ** 30)
  let text = ''
  for (let i = 0; i < 6; i++) {
    text = ALPHABET.charAt(low % 32) + text
    low = Math.floor(low / 32)
  }
  for (let i = 0; i < LENGTH - 6; i++) {
    text = ALPHABET.charAt(high % 32) + text
    high = Math.floor(high / 32)
  }
  return text
}

/** The account and running number in a wire id; undefined for anything else. */
export function parseId(text: string): { account: number; number: number } | undefined {
  if (text.length !== LENGTH) return undefined
  let value = 0n
  for (const character of text) {
    const digit = ALPHABET.indexOf(character)
    if (digit < 0) return undefined
    value = value * 32n + BigInt(digit)
  }
  if (value >= 2n ** 63n) return undefined
  return { account: Number(value >> 32n), number: Number(value & 0xffff_ffffn) }
}
