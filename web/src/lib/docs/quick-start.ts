/** A complete bot: a guest buys one share and prints the result. */
export const quickStart = (origin: string): string => `import { io } from 'socket.io-client'

const origin = '${origin}'
const headers = { origin, 'content-type': 'application/json' }
const guest = await fetch(origin + '/api/auth/sign-in/anonymous', { method: 'POST', headers, body: '{}' })
const cookie = guest.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')

const socket = io(origin, { transports: ['websocket'], extraHeaders: { origin, cookie } })
socket.on('account', ({ cause, balance }) => console.log(cause, balance.cash))
const answer = await socket.emitWithAck('order.place', {
  clientOrderId: crypto.randomUUID(),
  symbol: 'NOVA', side: 'buy', type: 'market', qty: '1',
  validUntil: Date.now() + 5_000,
})
console.log(answer.ok ? answer.data.status : answer.error.message)
socket.close()`
