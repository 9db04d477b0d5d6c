import { commandHash } from '../../journal/journal.ts'

/** Of all accounts together; past it the accounts that have been silent longest are forgotten, and read again. */
const IDS_MAX = 2_000_000

/**
 * The ids that accounts have had answered, as hashes: a miss is certain, a hit must be looked up. An account's are read
 * from the journal when it first speaks.
 */
export class KnownCommands {
  /** In order of use, the longest silent first. */
  readonly #byAccount = new Map<number, Set<number> | 'too many'>()
  /** How many answers of an account wait for their commit: until then the journal cannot give its ids back. */
  readonly #unsettled = new Map<number, number>()
  readonly #idsMax: number
  #size = 0

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax
  }

  isLoaded(account: number): boolean {
    return this.#byAccount.has(account)
  }

  /** @param hashes 'too many': every id is looked up then */
  load(account: number, hashes: readonly number[] | 'too many'): void {
    this.#forget(account)
    const known = hashes === 'too many' ? hashes : new Set(hashes)
    this.#byAccount.set(account, known)
    this.#size += sizeOf(known)
    this.#makeRoom(account)
  }

  mayHave(account: number, commandId: string): boolean {
    const known = this.#byAccount.get(account)
    if (known === undefined) throw new Error('the ids of an account are loaded before they are asked for')
    this.#byAccount.delete(account)
    this.#byAccount.set(account, known)
    return known === 'too many' || known.has(commandHash(commandId))
  }

  /** To be called when the command is answered, before its commit; `settled` after it. */
  add(account: number, commandId: string): void {
    this.#unsettled.set(account, (this.#unsettled.get(account) ?? 0) + 1)
    const known = this.#byAccount.get(account)
    if (!(known instanceof Set)) return
    const before = known.size
    known.add(commandHash(commandId))
    this.#size += known.size - before
    this.#makeRoom(account)
  }

  /** The journal has an answer that was added. */
  settled(account: number): void {
    const left = (this.#unsettled.get(account) ?? 0) - 1
    if (left > 0) this.#unsettled.set(account, left)
    else this.#unsettled.delete(account)
  }

  #makeRoom(except: number): void {
    // First: each walk begins at the holes of those that have spoken since.
    if (this.#size <= this.#idsMax) return
    for (const account of this.#byAccount.keys()) {
      if (this.#size <= this.#idsMax) return
      if (account !== except && !this.#unsettled.has(account)) this.#forget(account)
    }
  }

  #forget(account: number): void {
    this.#size -= sizeOf(this.#byAccount.get(account))
    this.#byAccount.delete(account)
  }
}

const sizeOf = (known: Set<number> | 'too many' | undefined): number => (known instanceof Set ? known.size : 0)
