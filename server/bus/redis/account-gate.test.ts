import { expect, test } from 'vitest'
import { AccountGate } from './account-gate.ts'

const message = (event: string, epoch: number, account = 17) => [
  'sender',
  { type: 2, nsp: '/', data: [event, { epoch, seq: 1 }] },
  { rooms: [`account:${account}`] },
]
const isPassed = (gate: AccountGate, one: unknown[]) => (gate.pass(one) as unknown[])[1] !== undefined

test('an account frame below the highest epoch heard of is left out, whichever account it is of', () => {
  const gate = new AccountGate()
  expect(
    [message('account', 3), message('account', 3), message('account', 4)].map((one) => isPassed(gate, one)),
  ).toEqual([true, true, true])
  expect(isPassed(gate, message('account', 3, 18))).toBe(false)
  expect(isPassed(gate, message('account', 4, 18))).toBe(true)
})

test('what is no account frame passes as it is', () => {
  const gate = new AccountGate()
  gate.pass(message('account', 9))
  const other = message('orders', 1)
  expect(gate.pass(other)).toBe(other)
  const request = ['sender', { nsp: '/' }, {}]
  expect(gate.pass(request)).toBe(request)
})
