import { commandHash } from '../../journal/journal.ts'

/**
 * For all accounts together. Beyond this, the accounts that have been inactive longest are dropped and read again when
 * needed.
 */
const IDS_MAX = 2_000_000

/** Which of an account's ids are in memory: those answered here, all of them, or none because there are too many. */
interface Ids {
  readonly hashes: Set<number>
  extent: 'some' | 'all' | 'too many'
}

/**
 * The ids that accounts have used, as hashes. If all ids of an account are in memory, a miss is certain; any other id
 * must be looked up in the journal. This is valid while nobody else leads, also across recoveries: looking up an id
 * that was answered but not committed finds nothing and does no harm.
 */
export class KnownCommands {
  /** By last use, the longest inactive first. */
  readonly #byAccount = new Map<number, Ids>()
  /**
   * The number of an account's answers waiting for their commit: until then its ids cannot be read back from the
   * journal.
   */
  readonly #unsettled = new Map<number, number>()
  readonly #idsMax: number
  #size = 0

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax
  }

  /** Whether an id may have been used, so that it must be looked up unless its answer is in memory. */
  mayHave(account: number, commandId: string): boolean {
    const ids = this.#byAccount.get(account)
    if (ids === undefined) return true
    this.#byAccount.delete(account)
    this.#byAccount.set(account, ids)
    return ids.extent !== 'all' || ids.hashes.has(commandHash(commandId))
  }

  /** Whether reading the account's ids from the journal would save looking up each of them. */
  isWorthReading(account: number): boolean {
    return (this.#byAccount.get(account)?.extent ?? 'some') === 'some'
  }

  /** A newly opened account has used no ids. */
  opened(account: number): void {
    this.#byAccount.set(account, { hashes: new Set(), extent: 'all' })
  }

  /**
   * Call this before reading an account's ids from the journal, which happens while its commands continue.
   * @returns a function that takes the ids that were read. They are ignored if the account was dropped meanwhile,
   * because ids used since then are in neither place
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

  /** Call this when the command is answered, before its commit; call `settled` after it. */
  add(account: number, commandId: string): void {
    this.#unsettled.set(account, (this.#unsettled.get(account) ?? 0) + 1)
    const { hashes, extent } = this.#idsOf(account)
    if (extent === 'too many') return
    const before = hashes.size
    hashes.add(commandHash(commandId))
    this.#size += hashes.size - before
    this.#makeRoom(account)
  }

  /** The journal contains an answer that was added. */
  settled(account: number): void {
    const left = (this.#unsettled.get(account) ?? 0) - 1
    if (left > 0) this.#unsettled.set(account, left)
    else this.#unsettled.delete(account)
  }

  /**
   * The market was reassembled from the journal, which contains everything that will ever be committed of what was
   * waiting.
   */
  recovered(): void {
    this.#unsettled.clear()
  }

  #idsOf(account: number): Ids {
    const ids = this.#byAccount.get(account) ?? { hashes: new Set(), extent: 'some' }
    this.#byAccount.set(account, ids)
    return ids
  }

  #makeRoom(except: number): void {
    // Checked first, because each iterator must skip the gaps of accounts that have moved to the end.
    if (this.#size <= this.#idsMax) return
    for (const [account, { hashes }] of this.#byAccount) {
      if (this.#size <= this.#idsMax) return
      if (account === except || this.#unsettled.has(account)) continue
      this.#byAccount.delete(account)
      this.#size -= hashes.size
    }
  }
}
