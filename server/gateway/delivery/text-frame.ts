const FIN_TEXT = 0x81
const FIN_PING = 0x89
const LENGTH_7_MAX = 125
const LENGTH_16 = 126
const LENGTH_16_MAX = 0xffff
const LENGTH_64 = 127

/** Encodes a text as one unmasked WebSocket frame (RFC 6455, section 5.2), header and payload in one buffer. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headBytes = length <= LENGTH_7_MAX ? 2 : length <= LENGTH_16_MAX ? 4 : 10
  const bytes = Buffer.allocUnsafe(headBytes + length)
  bytes[0] = FIN_TEXT
  if (headBytes === 2) bytes[1] = length
  else if (headBytes === 4) {
    bytes[1] = LENGTH_16
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = LENGTH_64
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  bytes.write(text, headBytes)
  return bytes
}

/** A WebSocket ping (section 5.5.2). @param data at most 125 bytes, returned by the pong */
export function pingFrame(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN_PING, data.length]), data])
}
