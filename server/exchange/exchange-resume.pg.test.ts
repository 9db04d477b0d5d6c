import type { ResumedFrames } from '../bus/exchange-request.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExchangeRig, good } from './exchange.fixture.ts'

let rig: ExchangeRig
beforeAll(async () => {
  rig = await ExchangeRig.open()
})
afterAll(() => rig.close())

test('frames after a seq are returned as sent, once committed; if one is missing, none is returned', async () => {
  const account = await rig.openAccount('resumes')
  const resume = async (afterSeq: number) =>
    good(await rig.ask({ event: 'account.resume', account, afterSeq })) as ResumedFrames
  const { seq } = await rig.account(account)
  for (const id of ['r-1', 'r-2', 'r-3']) good(await rig.rest(account, id))
  const sent = rig.framesOf(account).filter((frame) => frame.seq > seq + 1)
  expect(await resume(seq + 1)).toEqual({ seq: seq + 3, frames: sent })
  expect(await resume(seq + 3)).toEqual({ seq: seq + 3, frames: [] })
  expect(await resume(seq + 9)).toEqual({ seq: seq + 3, frames: null })
  // Requested before the order is committed, so the answer comes after its frame.
  const [, resumed] = await Promise.all([rig.rest(account, 'r-4'), resume(seq + 3)])
  expect(resumed.seq).toBe(seq + 4)
  expect(resumed.frames).toEqual(rig.framesOf(account).slice(-1))
})
