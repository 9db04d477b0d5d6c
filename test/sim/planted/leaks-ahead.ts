import { OpenBatch, type Release } from '../../../server/exchange/leading/open-batch.ts'
import type { Plant } from './plant.ts'

type Batch = Pick<OpenBatch, 'onRelease' | 'release'>

/** The outputs that each batch holds back, and the batch that was filled last. */
const held = new WeakMap<Batch, Release[]>()
const newest: { batch: Batch | undefined } = { batch: undefined }

/** Records the outputs of a batch. @returns sends them, once */
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

/** When one batch is committed, the outputs of the next one are sent too, before its own commit. */
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
