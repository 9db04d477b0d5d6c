import { expect, test } from 'vitest'
import { ExchangeStandIn } from '../exchange-stand-in.fixture.ts'
import { ExchangeRequests } from '../leader/exchange-requests.ts'
import { AccountsOfUser } from './accounts-of-user.ts'

const guest = { userId: 'guest', name: 'Guest 4821' }

function rig() {
  const { commands, history } = new ExchangeStandIn()
  const exchange = new ExchangeRequests({ bus: commands, gateway: 'gw', isOpen: () => true })
  return { exchange, history, accounts: new AccountsOfUser({ exchange, history, startingCents: 10_000_000 }) }
}

test('a user gets one account, however often it is requested', async () => {
  const { exchange, accounts } = rig()
  await using _exchange = exchange
  const [first] = await Promise.all([accounts.ensure(guest), accounts.ensure(guest)])
  expect(first).toHaveLength(1)
  expect(await accounts.ensure(guest)).toEqual(first)
})

test('a guest whose accounts have moved to another user is signed out, and gets no other account', async () => {
  const { exchange, history, accounts } = rig()
  await using _exchange = exchange
  const own = await accounts.ensure(guest)
  await history.moveAccounts({ fromUserId: 'guest', toUserId: 'ada' })
  await expect(accounts.ensure(guest)).rejects.toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
  expect(await accounts.numbers('ada')).toEqual(own)
})
