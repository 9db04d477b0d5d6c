import { expect, test } from 'vitest'
import { type Look, verdictOn } from './slow-sockets.ts'

const KIB = 1_024
const look = (parts: Partial<Look> = {}): Look => ({
  ...{ backlogBytes: 0, unreadBytes: 0, heldMs: undefined, silentMs: 0 },
  ...parts,
})

test.each<[string, Partial<Look>, ReturnType<typeof verdictOn>]>([
  ['nothing waits', {}, 'well'],
  ['what waits is little', { backlogBytes: 64 * KIB }, 'well'],
  ['it has not read all yet', { unreadBytes: 128 * KIB }, 'well'],
  ['more waits here than one look brings', { backlogBytes: 64 * KIB + 1 }, 'hold'],
  ['the operating system holds what it does not read', { unreadBytes: 128 * KIB + 1 }, 'hold'],
  ['it is held back and something waits', { heldMs: 4_000, backlogBytes: 1 }, 'wait'],
  ['it is held back and has not read', { heldMs: 4_000, unreadBytes: 200 * KIB }, 'wait'],
  ['it has caught up', { heldMs: 4_000 }, 'resume'],
  ['it has caught up at the last moment', { heldMs: 6_000 }, 'resume'],
  ['it has been held back too long', { heldMs: 5_001, backlogBytes: 1 }, 'end'],
  ['it has not read for too long', { heldMs: 5_001, unreadBytes: 200 * KIB }, 'end'],
  ['what is its own is too much', { backlogBytes: KIB * KIB + 1 }, 'end'],
  ['it answers no ping', { silentMs: 17_501 }, 'end'],
  ['its answer to a ping is late', { silentMs: 17_000 }, 'well'],
])('when %s', (_when, parts, verdict) => {
  expect(verdictOn(look(parts))).toBe(verdict)
})
