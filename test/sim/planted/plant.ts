import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandBus } from '../../../server/bus/commands.ts'
import type { RedisPlant, RedisServer } from '../bus/redis-server.ts'
import type { PostgresPlant } from '../postgres/server.ts'

/** A bug that is added from outside, to check that the simulation finds it. */
export interface Plant {
  readonly postgres?: (redis: RedisServer) => PostgresPlant
  readonly redis?: RedisPlant
  /** Changes an answer of the gateway. */
  readonly answerOf?: (answer: Answer) => Answer
  /** Wraps the bus of a process. */
  readonly busOf?: (bus: CommandBus) => CommandBus
  /** Changes a module during a history. @returns changes it back */
  readonly install?: () => () => void
}
