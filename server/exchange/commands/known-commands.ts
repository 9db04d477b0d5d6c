import { commandHash } from '../../journal/journal.ts'

/** Of all accounts together; past it the accounts that have been silent longest are forgotten, and read again. */
const IDS_MAX = 2_000_000

/** What is at hand of an account's ids: those answered here, all there are, or none since there are too many. */
interface Ids {
  readonly hashes: Set<number>
  extent: 'some' | 'all' | 'too many'
}

/**
 * The ids that accounts have had answered, as hashes. Where all of an account's are at hand a miss is certain; whatever
 * else must be looked up in the journal. It holds as long as nobody else leads, over recoveries too: what was answered and
 * then not committed is looked up in vain, and no more.
 */
export class KnownCommands {
  /** In order of use, the longest silent first. */
  readonly #byAccount = new Map<number, Ids>()
  /** How many answers of an account wait for their commit: until then the journal cannot give its ids back. */
  readonly #unsettled = new Map<number, number>()
  readonly #idsMax: number
  #size = 0

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax
  }

  /** Whether an id may have been answered: to be looked up, unless it is remembered. */
  mayHave(account: number, commandId: string): boolean {
    const ids = this.#byAccount.get(account)
    if (ids === undefined) return true
    this.#byAccount.delete(account)
    this.#byAccount.set(account, ids)
    return ids.extent !== 'all' || ids.hashes.has(commandHash(commandId))
  }

  /** Whether reading the account's ids from the journal would spare looking each of them up. */
  isWorthReading(account: number): boolean {
    return (this.#byAccount.get(account)?.extent ?? 'some') === 'some'
  }

  /** An account that was opened just now has had nothing answered. */
  opened(account: number): void {
    this.#byAccount.set(account, { hashes: new Set(), extent: 'all' })
  }

  /**
   * To be called before an account's ids are read from the journal, which goes on beside its commands.
   * @returns takes what was read; nothing is taken of an account that has been forgotten meanwhile, since what was answered
   *   to it since is neither there nor here
   */
  reading(account: number): (found: readonly number[] | 'too many') => void {
    const ids = this.#idsOf(account)
    return (found) => {
      if (this.#byAccount.get(account) !== ids || ids.extent !== 'some') return
      this.#size -= ids.hashes.size
      if (found === 'too many') {
        ids.extent = 'too many'
        ids.hashes.clear()
      } else {
        ids.extent = 'all'
        for (const hash of found) ids.hashes.add(hash)
      }
      this.#size += ids.hashes.size
      this.#makeRoom(account)
    }
  }

  /** To be called when the command is answered, before its commit; `settled` after it. */
  add(account: number, commandId: string): void {
    this.#unsettled.set(account, (this.#unsettled.get(account) ?? 0) + 1)
    const { hashes, extent } = this.#idsOf(account)
    if (extent === 'too many') return
    const before = hashes.size
    hashes.add(commandHash(commandId))
    this.#size += hashes.size - before
    this.#makeRoom(account)
  }

  /** The journal has an answer that was added. */
  settled(account: number): void {
    const left = (this.#unsettled.get(account) ?? 0) - 1
    if (left > 0) this.#unsettled.set(account, left)
    else this.#unsettled.delete(account)
  }

  /** The market is put together anew from the journal: of what waited for a commit, it has what it ever will have. */
  recovered(): void {
    this.#unsettled.clear()
  }

  #idsOf(account: number): Ids {
    const ids = this.#byAccount.get(account) ?? { hashes: new Set(), extent: 'some' }
    this.#byAccount.set(account, ids)
    return ids
  }

  #makeRoom(except: number): void {
    // First: each walk begins at the holes of those that have spoken since.
    if (this.#size <= this.#idsMax) return
    for (const [account, { hashes }] of this.#byAccount) {
      if (this.#size <= this.#idsMax) return
      if (account === except || this.#unsettled.has(account)) continue
      this.#byAccount.delete(account)
      this.#size -= hashes.size
    }
  }
}
