import { AssertionError } from '../../engine/assert.ts'
import { Refused } from '../../journal/journal.ts'
import { entryKey } from '../commands/answer-cache.ts'
import { CommandDefect, type PoisonCommands } from '../commands/command-processor.ts'

/** A batch takes the commands that have arrived, at most this many, and waits for no timer. */
const BATCH_COMMANDS_MAX = 256
/** After the database refused a batch, this many commands are committed one by one, to find the one it refuses. */
const CAUTIOUS_COMMANDS = 2 * BATCH_COMMANDS_MAX
/** After this many defects in a row without a batch in between, the market is given up for an operator to look at. */
const DEFECTS_MAX = 5

/** See db/functions/commit_batch_3.sql. */
const APPLIED_ONCE = 'corporate_action_applied_once'

/** The loop cannot continue by itself: the process ends with an error, for its supervisor and an operator. */
export class MarketGivenUp extends Error {
  override readonly name = 'MarketGivenUp'
}

/** Finds the command that causes a defect, so that it is answered INTERNAL and never tried again. */
export class Defects {
  readonly #poison = new Set<string>()
  #cautious = 0
  #inARow = 0

  get poison(): PoisonCommands {
    return this.#poison
  }

  get commandsMax(): number {
    return this.#cautious > 0 ? 1 : BATCH_COMMANDS_MAX
  }

  sealed(commands: number): void {
    this.#cautious = Math.max(0, this.#cautious - commands)
  }

  committed(): void {
    this.#inARow = 0
  }

  /**
   * @param entries the commands of the batch that was being committed
   * @throws {MarketGivenUp} after too many defects in a row
   */
  note(error: unknown, entries: readonly string[]): void {
    if (!isDefect(error)) return
    this.#inARow += 1
    if (this.#inARow > DEFECTS_MAX) {
      throw new MarketGivenUp('the market meets one defect after the other', { cause: error })
    }
    if (error instanceof CommandDefect) {
      this.#poison.add(entryKey(error.entry))
      return
    }
    // A corporate action that was withdrawn while being applied is not the fault of a command in the same batch.
    if (error instanceof Refused && error.constraint === APPLIED_ONCE) return
    const [only] = entries
    if (only !== undefined && entries.length === 1) this.#poison.add(only)
    this.#cautious = CAUTIOUS_COMMANDS
  }
}

/** A defect of this program, as opposed to an unavailable database or network. */
export const isDefect = (error: unknown): boolean =>
  error instanceof CommandDefect ||
  error instanceof Refused ||
  error instanceof AssertionError ||
  error instanceof TypeError ||
  error instanceof RangeError
