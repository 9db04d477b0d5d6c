import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandBus } from '../../../server/bus/commands.ts'
import type { RedisPlant, RedisServer } from '../bus/redis-server.ts'
import type { PostgresPlant } from '../postgres/server.ts'

/** A bug put in from outside, to see whether the simulation finds it. */
export interface Plant {
  readonly postgres?: (redis: RedisServer) => PostgresPlant
  readonly redis?: RedisPlant
  /** What the gateway says instead. */
  readonly answerOf?: (answer: Answer) => Answer
  /** What stands between a process and its bus. */
  readonly busOf?: (bus: CommandBus) => CommandBus
  /** Changes a module for as long as a history runs. @returns changes it back */
  readonly install?: () => () => void
}
