import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { REDACTED_PATHS } from './logger.ts'

test('secrets are redacted from logs, and a newline in a value does not start a new log line', () => {
  let written = ''
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  })
  const logger = pino({ redact: { paths: REDACTED_PATHS, censor: '[redacted]' } }, out)
  logger.info({ email: 'ada@example.com', user: { email: 'ada@example.com', name: 'a\nb' } }, 'one')
  logger.info({ req: { headers: { cookie: 'c=ada@', authorization: 'Bearer ada@' } }, apiKey: 'ada@' }, 'two\nthree')
  logger.info({ res: { headers: { 'set-cookie': ['c=ada@'] } }, handshake: { auth: { apiKey: 'ada@' } } }, 'four')
  expect(written).not.toContain('ada@')
  expect(written.trim().split('\n')).toHaveLength(3)
})
