import type { AccountFrame } from '@valiant/shared/protocol/account'
import { afterEach, expect, test, vi } from 'vitest'
import type { ResumedFrames } from '../../bus/exchange-request.ts'
import { Resuming, resumeFromOf } from './resuming.ts'

const ACCOUNT = 17
const frame = (seq: number) => ({ seq }) as AccountFrame
const frames = (...seqs: number[]) => seqs.map(frame)

/** A leader that gives these answers in order, and a socket that records what it gets. */
function rig(...answers: (ResumedFrames | (() => ResumedFrames) | Error)[]) {
  const asked: number[] = []
  const ask = vi.fn(({ request }: { request: { afterSeq: number } }) => {
    asked.push(request.afterSeq)
    const answer = answers.shift() ?? { seq: request.afterSeq, frames: [] }
    if (answer instanceof Error) return Promise.reject(answer)
    return Promise.resolve({ ok: true, data: typeof answer === 'function' ? answer() : answer } as const)
  })
  const resuming = new Resuming({ ask } as unknown as ConstructorParameters<typeof Resuming>[0])
  const got: (number | 'joined')[] = []
  const socket = {
    isOpen: () => true,
    send: ({ seq }: AccountFrame) => void got.push(seq),
    wasRead: () => Promise.resolve(),
    join: () => {
      got.push('joined')
      return () => undefined
    },
  }
  return { resuming, asked, got, socket }
}

afterEach(() => void vi.useRealTimers())

test('missed frames are sent first, then the socket joins', async () => {
  const { resuming, got, socket, asked } = rig({ seq: 7, frames: frames(5, 6, 7) })
  const missed = await resuming.missed(ACCOUNT, 4)
  await resuming.bring(ACCOUNT, missed!, socket)
  expect(got).toEqual([5, 6, 7, 'joined'])
  expect(asked).toEqual([4, 7])
})

test('the frames of a long absence are requested in parts', async () => {
  const { resuming, asked } = rig({ seq: 9, frames: frames(5, 6, 7) }, { seq: 9, frames: frames(8, 9) })
  expect((await resuming.missed(ACCOUNT, 4))?.frames).toEqual(frames(5, 6, 7, 8, 9))
  expect(asked).toEqual([4, 7])
})

test('a frame seen between the answer and joining the room is requested before the socket joins', async () => {
  const { resuming, got, socket } = rig({ seq: 5, frames: frames(5) }, { seq: 6, frames: frames(6) })
  const missed = await resuming.missed(ACCOUNT, 4)
  resuming.saw(ACCOUNT, 6)
  await resuming.bring(ACCOUNT, missed!, socket)
  expect(got).toEqual([5, 6, 'joined'])
})

test('a frame published before the socket joined but not seen here is sent once the leader reports it', async () => {
  const { resuming, got, socket } = rig({ seq: 5, frames: frames(5) }, { seq: 6, frames: frames(6) })
  await resuming.bring(ACCOUNT, (await resuming.missed(ACCOUNT, 4))!, socket)
  expect(got).toEqual([5, 'joined', 6])
})

test('a frame that arrives live during the last request is not sent twice', async () => {
  const live = { send: (_seq: number) => undefined as unknown }
  const answerAfterLive = () => {
    live.send(6)
    return { seq: 7, frames: frames(6, 7) }
  }
  const { resuming, got, socket } = rig({ seq: 5, frames: frames(5) }, answerAfterLive)
  const join = (onLive: (seq: number) => void) => {
    live.send = (seq) => {
      got.push(seq)
      onLive(seq)
    }
    return socket.join()
  }
  await resuming.bring(ACCOUNT, (await resuming.missed(ACCOUNT, 4))!, { ...socket, join })
  expect(got).toEqual([5, 'joined', 6, 7])
})

test('the newest seq is known even if the remaining frames are not available', async () => {
  const away = new Error('away')
  const { resuming, got, socket } = rig({ seq: 5, frames: frames(5) }, away, away)
  const missed = await resuming.missed(ACCOUNT, 4)
  resuming.saw(ACCOUNT, 8)
  expect(await resuming.bring(ACCOUNT, missed!, socket)).toBe(8)
  expect(got).toEqual([5, 'joined'])
})

test('nothing is resumed if frames are no longer kept, the exchange is unavailable, or it takes too long', async () => {
  expect(await rig({ seq: 9, frames: null }).resuming.missed(ACCOUNT, 4)).toBeUndefined()
  expect(await rig(new Error('away')).resuming.missed(ACCOUNT, 4)).toBeUndefined()
  vi.useFakeTimers()
  const deaf = new Resuming({ ask: () => new Promise(() => undefined) })
  const late = deaf.missed(ACCOUNT, 4)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await late).toBeUndefined()
})

test('a client that reads slowly is sent one burst at a time', async () => {
  const many = Array.from({ length: 200 }, (_, index) => frame(index + 1))
  const { resuming, got, socket } = rig({ seq: 200, frames: many })
  const read = Promise.withResolvers<undefined>()
  const missed = await resuming.missed(ACCOUNT, 0)
  const brought = resuming.bring(ACCOUNT, missed!, { ...socket, wasRead: () => read.promise })
  expect(got).toHaveLength(64)
  read.resolve(undefined)
  await brought
  expect(got).toEqual([...many.map(({ seq }) => seq), 'joined'])
})

test('the handshake may have the seq', () => {
  expect(resumeFromOf({ resumeFrom: 4 })).toBe(4)
  for (const auth of [undefined, null, {}, { resumeFrom: undefined }]) expect(resumeFromOf(auth)).toBeUndefined()
  for (const resumeFrom of ['4', -1, 1.5, null]) {
    expect(() => resumeFromOf({ resumeFrom })).toThrow(/^auth\.resumeFrom: expected/)
  }
})
