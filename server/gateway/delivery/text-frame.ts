const FIN_TEXT = 0x81
const FIN_PING = 0x89
const LENGTH_7_MAX = 125
const LENGTH_16 = 126
const LENGTH_16_MAX = 0xffff
const LENGTH_64 = 127

/** A text as one unmasked frame of a WebSocket (RFC 6455, section 5.2), head and payload in one piece. */
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

/** WebSocket's own ping (section 5.5.2). @param data of at most 125 bytes, which the pong brings back */
export function pingFrame(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN_PING, data.length]), data])
}
