import type { Subscription } from '@valiant/shared/protocol/market-data'
import { Child } from '../test/load/child.ts'
import type { Memory } from './fan-out-server.ts'

const REPEATS = 3
const SOCKETS = 1_000
/** They make the code paths' own memory first, and stay: what is left of those that went would be taken off. */
const WARM_UP_SOCKETS = 200
/** What is kept for a second after a request is gone by then. */
const SETTLE_MS = 1_500

const TERMINAL: readonly Subscription[] = [
  { channel: 'quotes' },
  { channel: 'book', symbols: ['VLNT'], depth: 25 },
  { channel: 'trades', symbols: ['VLNT'] },
]

/** Bytes of the server's memory for each idle socket. The heap is what is compared: the process's size also tells how full its pages were. */
export interface IdleSocket {
  readonly gateway: Memory
  readonly socketIo: Memory
}

/** Signed in and subscribed as the terminal is, against connected and no more; each server anew, in turn. */
export async function idleSockets(): Promise<IdleSocket[]> {
  const found: IdleSocket[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    found.push({ gateway: await idleSocket('gateway'), socketIo: await idleSocket('socket.io') })
  }
  return found
}

async function idleSocket(kind: 'gateway' | 'socket.io'): Promise<Memory> {
  await using server = await Child.start(new URL('fan-out-server.ts', import.meta.url), { flags: ['--expose-gc'] })
  const port = await server.ask<number>({ open: kind })
  const own = kind === 'gateway' && { cookie: await server.ask<string>({ guest: true }), subscriptions: TERMINAL }
  await using clients = await Child.start(new URL('light-clients.ts', import.meta.url))
  await clients.ask({ open: WARM_UP_SOCKETS, port, ...own })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const before = await server.ask<Memory>({ memory: true })
  await clients.ask({ open: SOCKETS, port, ...own })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const after = await server.ask<Memory>({ memory: true })
  return {
    rssBytes: (after.rssBytes - before.rssBytes) / SOCKETS,
    heapBytes: (after.heapBytes - before.heapBytes) / SOCKETS,
  }
}
