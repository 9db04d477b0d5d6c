import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

const ITERATIONS = 4096 // Postgres's own

/**
 * The verifier that Postgres stores for a password (RFC 5802, RFC 7677). Sent in place of the password, so that no log
 * contains the password.
 * @param {string} password of ASCII, so that it needs no SASLprep
 * @param {Buffer} salt 16 bytes
 */
export function scramVerifier(password, salt) {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const hmac = (text) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  const serverKey = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
