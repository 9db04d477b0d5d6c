import type { Subscription } from '@valiant/shared/protocol/market-data'
import { Child } from '../test/load/child.ts'
import type { Memory } from './fan-out-server.ts'

const REPEATS = 3
const SOCKETS = 1_000
/** Sockets that are opened first, so that memory for the code paths exists before the measurement. They stay open, because memory freed by closing them would distort it. */
const WARM_UP_SOCKETS = 200
/** Longer than the second for which some memory is kept after a request. */
const SETTLE_MS = 1_500

const TERMINAL: readonly Subscription[] = [
  { channel: 'quotes' },
  { channel: 'book', symbols: ['VLNT'], depth: 25 },
  { channel: 'trades', symbols: ['VLNT'] },
]

/** Bytes of the server's memory per idle socket. The heap is compared, because the process's size also depends on how full its pages were. */
export interface IdleSocket {
  readonly gateway: Memory
  readonly socketIo: Memory
}

/** Compares sockets of a gateway, signed in and subscribed like the terminal, with bare Socket.IO ones. Each repeat starts new servers. */
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
