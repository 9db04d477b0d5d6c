import { hidesRefusals } from './hides-refusals.ts'
import { leaksAhead } from './leaks-ahead.ts'
import { movesPositionWhenRead } from './moves-position-when-read.ts'
import type { Plant } from './plant.ts'
import { timeoutIsFailure } from './timeout-is-failure.ts'

/** The bugs that the simulation must find, by description. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  'refusals are not journalled': hidesRefusals,
  'a timeout is told as not executed': timeoutIsFailure,
  'the journal is read back without waiting for what is in doubt': {
    postgres: () => ({ fenceWithoutWaiting: true }),
  },
  'a commit does not look at the epoch': { postgres: () => ({ noFence: true }) },
  'answers leave before the commit': { postgres: () => ({ answerFirst: true }) },
  'what the next batch says leaves with this one': leaksAhead,
  'a stream that went back is not noticed': { redis: { hidesThatItWentBack: true } },
  'the position moves when a command is read': movesPositionWhenRead,
}
