import { describe, expect, test } from 'vitest'
import type { Queries } from '../../database/database.ts'
import { settleDoubt } from './in-doubt.ts'
import { OpenBatch } from './open-batch.ts'

/**
 * Batch 7 of epoch 2 is in doubt, and the journal ends with the given batch. @returns how it is settled, and whether it
 * was released
 */
async function settle(last: { batch: bigint; epoch: bigint }): Promise<{ settled: string; isReleased: boolean }> {
  let isReleased = false
  const settled = await settleDoubt({
    lease: { fenceSelf: () => Promise.resolve(true) },
    queries: { one: () => Promise.resolve({ ...last, streamPosition: '0-0', timeMs: 0n }) } as unknown as Queries,
    term: {
      inFlight: {
        ...{ number: 7, epoch: 2, open: new OpenBatch(), entries: [], saved: undefined, sentAtMs: 0 },
        settled: Promise.resolve(),
      },
      releaseLate: () => void (isReleased = true),
      publishUnprintedTrades: () => undefined,
    },
    acknowledged: 6,
  })
  return { settled, isReleased }
}

describe('a batch in doubt', () => {
  test('is released if it was written', async () => {
    expect(await settle({ batch: 7n, epoch: 2n })).toEqual({ settled: 'written', isReleased: true })
  })

  test('is not released if the journal ends before it', async () => {
    expect(await settle({ batch: 6n, epoch: 2n })).toEqual({ settled: 'open', isReleased: false })
  })

  test('is not released if another leader has written a batch with its number', async () => {
    expect(await settle({ batch: 7n, epoch: 4n })).toEqual({ settled: 'open', isReleased: false })
  })
})
