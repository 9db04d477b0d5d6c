import type { Subscription } from '@valiant/shared/protocol/market-data'
import { LightSocket } from '../test/load/light-socket.ts'
import { answerQuestions } from '../test/load/child.ts'

/** Questions to a process of clients, which is separate so that their cost does not count as the server's. */
type ClientsQuestion =
  | {
      readonly open: number
      readonly port: number
      readonly bare?: boolean
      readonly subscriptions?: readonly Subscription[]
      /** Frames of these events are counted; with a bare server all frames. */
      readonly events?: readonly string[]
      readonly cookie?: string
    }
  | { readonly count: true }

/** Concurrent handshakes. */
const HANDSHAKES_MAX = 50

const sockets: LightSocket[] = []
let events = 0

answerQuestions(async (question: ClientsQuestion) => {
  if ('count' in question) return { sockets: sockets.length, frames: events }
  const { open: count, ...options } = question
  for (let at = 0; at < count; at += HANDSHAKES_MAX) {
    const some = Array.from({ length: Math.min(HANDSHAKES_MAX, count - at) }, () => open(options))
    sockets.push(...(await Promise.all(some)))
  }
  return undefined
})

async function open(options: Omit<Extract<ClientsQuestion, { open: number }>, 'open'>): Promise<LightSocket> {
  const { port, bare = false, subscriptions = [], events: names = [], cookie } = options
  const beginnings = names.map((name) => Buffer.from(`2["${name}"`))
  const socket = await LightSocket.open({
    ...{ port, bare, ...(cookie !== undefined && { cookie }) },
    onMessage: (packet) => {
      if (bare || beginnings.some((begin) => packet.subarray(0, begin.length).equals(begin))) events++
    },
  })
  for (const subscription of subscriptions) {
    const answer = await socket.ask('subscribe', subscription)
    if (!answer.ok) throw new Error(`not subscribed: ${answer.error.message}`)
  }
  return socket
}
