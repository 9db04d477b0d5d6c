import { OpenBatch, type Release } from '../../../server/exchange/leading/open-batch.ts'
import type { Plant } from './plant.ts'

type Batch = Pick<OpenBatch, 'onRelease' | 'release'>

/** What each batch holds back, beside the batch's own list; and the batch that was filled last. */
const held = new WeakMap<Batch, Release[]>()
const newest: { batch: Batch | undefined } = { batch: undefined }

/** Takes down what a batch is to say. @returns says it, once */
function hold(batch: Batch, say: Release): Release {
  newest.batch = batch
  const own = held.get(batch) ?? []
  held.set(batch, own)
  let isSaid = false
  const once = () => {
    if (isSaid) return
    isSaid = true
    say()
  }
  own.push(once)
  return once
}

/** With the answer to one batch, what the next one has to say leaves too: before its own commit. */
function leakAfter(batch: Batch): void {
  if (newest.batch === undefined || newest.batch === batch) return
  for (const say of held.get(newest.batch)?.splice(0) ?? []) say()
}

export const leaksAhead: Plant = {
  install() {
    const methods = OpenBatch.prototype
    const real = Object.getOwnPropertyDescriptors(methods)
    const [onRelease, release] = [real.onRelease.value, real.release.value]
    methods.onRelease = function (this: OpenBatch, say) {
      onRelease?.call(this, hold(this, say))
    }
    methods.release = function (this: OpenBatch, tell) {
      release?.call(this, tell)
      leakAfter(this)
    }
    return () => {
      Object.defineProperties(methods, { onRelease: real.onRelease, release: real.release })
      newest.batch = undefined
    }
  },
}
