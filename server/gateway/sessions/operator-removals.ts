import type { Removable, Removal, RemovalStore } from '../../auth/removals.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Farewells } from './farewells.ts'
import type { UserRemoval } from './user-removal.ts'

const LOOK_MS = 2_000
/** After a failure, mostly an exchange that is recovering. */
const RETRY_MS = 10_000
const REMOVED_AT_ONCE_MAX = 20

interface OperatorRemovalsParts {
  readonly removals: RemovalStore
  readonly removal: Pick<UserRemoval, 'closeAccounts' | 'closeAccount'>
  readonly farewells: Pick<Farewells, 'end'>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Removes the users and accounts that operators ask for, in the way in which users remove themselves. Every gateway looks;
 * each step can be repeated, so that two may do the same.
 */
export class OperatorRemovals implements Disposable {
  readonly #parts: OperatorRemovalsParts
  #isOver = false
  #timer: NodeJS.Timeout

  constructor(parts: OperatorRemovalsParts) {
    this.#parts = parts
    this.#timer = this.#after(LOOK_MS)
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#run(), ms)
  }

  async #run(): Promise<void> {
    const { removals, log } = this.#parts
    let hasFailed = false
    try {
      for (const one of await removals.pending(REMOVED_AT_ONCE_MAX)) {
        if (this.#isOver) return
        hasFailed = !(await this.#tried(one)) || hasFailed
      }
    } catch (error) {
      hasFailed = true
      log.warn({ err: error }, 'what operators have asked to remove could not be read; trying again')
    }
    if (!this.#isOver) this.#timer = this.#after(hasFailed ? RETRY_MS : LOOK_MS)
  }

  /** @returns whether it succeeded; one that fails holds up no other */
  async #tried({ id, of }: Removal): Promise<boolean> {
    const { removals, log } = this.#parts
    try {
      await this.#remove(of)
      if (await removals.done(id)) log.info({ removal: id, ...of }, 'removed, as an operator has asked')
      return true
    } catch (error) {
      log.warn({ err: error, removal: id, ...of }, 'not removed yet, as an operator has asked; trying again')
      return false
    }
  }

  async #remove(of: Removable): Promise<void> {
    const { removals, removal, farewells } = this.#parts
    if ('account' in of) {
      await removal.closeAccount(of.account)
      return
    }
    await removal.closeAccounts(of.userId)
    for (const id of await removals.deleteUser(of.userId)) farewells.end({ kind: 'session', id })
    // A connection may have opened another account meanwhile.
    await removal.closeAccounts(of.userId)
  }
}
