const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new id for an order or request: 120 random bits. (`crypto.randomUUID` is missing on a page over plain http.) */
export function newRequestId(): string {
  let id = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(24))) id += ALPHABET.charAt(byte & 31)
  return id
}
