import { describe, expect, test } from 'vitest'
import { scrubbed, scrubbedText } from './scrub.ts'

/** An event with all the personal data that a library could collect. */
const EVENT = {
  event_id: 'e1',
  message: 'mail to ada@example.com failed',
  transaction: 'GET /trade/NOVA?side=buy',
  user: { id: 'user1', email: 'ada@example.com', ip_address: '203.0.113.9', username: 'ada' },
  request: {
    url: 'https://valiant.example/account?token=hunter2',
    method: 'POST',
    headers: { cookie: 'hunter2', 'user-agent': 'hunter2' },
    cookies: { session: 'hunter2' },
    data: '{"password":"hunter2"}',
  },
  tags: { event: 'order.place', order: 'ABCDEFGHJKMNP', cash: '100000.00', name: 'hunter2' },
  extra: { arguments: ['hunter2'] },
  breadcrumbs: [{ message: 'hunter2' }],
  contexts: {
    trace: { trace_id: 't1', data: { 'http.client_ip': '203.0.113.9', 'http.method': 'GET', 'url.full': 'hunter2' } },
    runtime: { name: 'node' },
    culture: { timezone: 'hunter2' },
  },
  exception: {
    values: [
      {
        type: 'Error',
        value: 'user ada@example.com at 203.0.113.9 has $100,000.00',
        stacktrace: { frames: [{ filename: 'a.ts', vars: { password: 'hunter2' } }] },
      },
    ],
  },
  spans: [
    {
      op: 'db',
      description: `SELECT * FROM "user" WHERE email = 'ada@example.com' AND id = 5`,
      data: { 'db.statement': `SELECT 'ada@example.com', 5`, 'db.user': 'hunter2', 'db.system': 'postgresql' },
    },
    { op: 'http.client', description: 'GET /api?key=hunter2', data: { 'http.request.header.cookie': 'hunter2' } },
  ],
}

describe('an event', () => {
  const sent = scrubbed(EVENT)
  const text = JSON.stringify(sent)

  test('contains no personal data', () => {
    for (const personal of ['ada', '203.0.113.9', 'hunter2', '100,000', '100000.00'])
      expect(text).not.toContain(personal)
  })

  test('still says what happened, where, and to which order', () => {
    expect(sent).toMatchObject({
      event_id: 'e1',
      message: 'mail to [email] failed',
      transaction: 'GET /trade/NOVA',
      user: { id: 'user1' },
      request: { url: 'https://valiant.example/account', method: 'POST' },
      tags: { event: 'order.place', order: 'ABCDEFGHJKMNP' },
      contexts: { trace: { trace_id: 't1', data: { 'http.method': 'GET' } }, runtime: { name: 'node' } },
      exception: { values: [{ type: 'Error', stacktrace: { frames: [{ filename: 'a.ts' }] } }] },
      spans: [
        {
          description: 'SELECT * FROM "user" WHERE email = ? AND id = ?',
          data: { 'db.statement': 'SELECT ?, …', 'db.system': 'postgresql' },
        },
        { description: 'GET /api' },
      ],
    })
  })
})

// A message may hold whatever a client sent.
test.each(['a', 'a.', '1.', '-', 'a@', 'a@a.', 'abcd:', '::', '$1,111,', 'a%'])(
  'a long text takes time in proportion to its length: %s',
  (part) => {
    const msOf = (length: number) => {
      const text = `${part.repeat(length / part.length)}!`
      const beganMs = performance.now()
      scrubbedText(text)
      return performance.now() - beganMs
    }
    msOf(1_000)
    // The square of it would take a minute.
    expect(msOf(200_000)).toBeLessThan(2_000)
  },
)

describe('free text loses personal data', () => {
  test.each([
    ['connect ECONNREFUSED 10.0.3.17:5432', 'connect ECONNREFUSED [address]:5432'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED [address]'],
    ['peer 2001:db8::8a2e:370:7334 left', 'peer [address] left'],
    ['a@b@c.example, d@e', 'a@[email], d@e'],
    ['<first.last+tag@mail.example.com>', '<[email]>'],
    ['Bearer YWRhQGV4YW1wbGUuY29tOmh1bnRlcjJodW50ZXIy', 'Bearer [token]'],
    ['held $12.50, asked for $13,000', 'held [money], asked for [money]'],
    ['peer ::ffff:127.0.0.1, closed', 'peer [address], closed'],
    ['at 12:30:05 batch 17 of epoch 3 was answered late', 'at 12:30:05 batch 17 of epoch 3 was answered late'],
    ['violates constraint "account_pkey" of table account', 'violates constraint "account_pkey" of table account'],
    ['SELECT $1::date, a::int, $2', 'SELECT $1::date, a::int, $2'],
  ])('%s', (text, expected) => {
    expect(scrubbedText(text)).toBe(expected)
  })
})
