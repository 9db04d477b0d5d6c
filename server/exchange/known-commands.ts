import { commandHash } from '../journal/journal.ts'

/** Of all accounts together; past it the accounts that have been silent longest are forgotten, and read again. */
const IDS_MAX = 2_000_000

/**
 * The ids that accounts have had answered, as hashes: a miss is certain, a hit must be looked up. An account's are read
 * from the journal when it first speaks.
 */
export class KnownCommands {
  /** In order of use, the longest silent first. */
  readonly #byAccount = new Map<number, Set<number>>()
  readonly #idsMax: number
  #size = 0

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax
  }

  isLoaded(account: number): boolean {
    return this.#byAccount.has(account)
  }

  load(account: number, hashes: readonly number[]): void {
    this.#forget(account)
    const known = new Set(hashes)
    this.#byAccount.set(account, known)
    this.#size += known.size
    this.#makeRoom(account)
  }

  mayHave(account: number, commandId: string): boolean {
    const known = this.#byAccount.get(account)
    if (known === undefined) throw new Error('the ids of an account are loaded before they are asked for')
    this.#byAccount.delete(account)
    this.#byAccount.set(account, known)
    return known.has(commandHash(commandId))
  }

  /** To be called when the command is answered, before its commit. */
  add(account: number, commandId: string): void {
    const known = this.#byAccount.get(account)
    if (known === undefined) return
    const before = known.size
    known.add(commandHash(commandId))
    this.#size += known.size - before
    this.#makeRoom(account)
  }

  #makeRoom(except: number): void {
    for (const account of this.#byAccount.keys()) {
      if (this.#size <= this.#idsMax) return
      if (account !== except) this.#forget(account)
    }
  }

  #forget(account: number): void {
    this.#size -= this.#byAccount.get(account)?.size ?? 0
    this.#byAccount.delete(account)
  }
}
