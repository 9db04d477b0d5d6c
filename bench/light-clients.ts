import type { Subscription } from '@valiant/shared/protocol/market-data'
import { LightSocket } from '../test/load/light-socket.ts'
import { answerQuestions } from '../test/load/child.ts'

/** Clients in a process of their own, so that what they cost is not the server's. */
type ClientsQuestion =
  | {
      readonly open: number
      readonly port: number
      readonly bare?: boolean
      readonly subscriptions?: readonly Subscription[]
      /** Frames of these are counted; all frames, where it is a bare server. */
      readonly events?: readonly string[]
      readonly cookie?: string
    }
  | { readonly count: true }

/** Handshakes at a time. */
const AT_ONCE = 50

const sockets: LightSocket[] = []
let events = 0

answerQuestions(async (question: ClientsQuestion) => {
  if ('count' in question) return { sockets: sockets.length, frames: events }
  const { open: count, ...options } = question
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, () => open(options))
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
