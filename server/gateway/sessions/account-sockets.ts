import type { Socket } from 'socket.io'

/** The sockets of each account on this instance, and the newest seq of its frames seen here. */
export class AccountSockets {
  readonly #byAccount = new Map<number, { readonly sockets: Set<Socket>; seq: number | undefined }>()

  add(account: number, socket: Socket): void {
    const known = this.#byAccount.get(account) ?? { sockets: new Set<Socket>(), seq: undefined }
    this.#byAccount.set(account, known)
    known.sockets.add(socket)
  }

  delete(account: number, socket: Socket): void {
    const known = this.#byAccount.get(account)
    known?.sockets.delete(socket)
    if (known?.sockets.size === 0) this.#byAccount.delete(account)
  }

  /** The accounts with sockets on this instance. */
  accounts(): readonly number[] {
    return [...this.#byAccount.keys()]
  }

  /** Oldest first. */
  of(account: number): readonly Socket[] {
    return [...(this.#byAccount.get(account)?.sockets ?? [])]
  }

  /** How many sockets the account has on this instance. */
  count(account: number): number {
    return this.#byAccount.get(account)?.sockets.size ?? 0
  }

  /** Records the seq of an account that has sockets here; an older one changes nothing. */
  saw(account: number, seq: number): void {
    const known = this.#byAccount.get(account)
    if (known !== undefined && seq > (known.seq ?? -1)) known.seq = seq
  }

  seq(account: number): number | undefined {
    return this.#byAccount.get(account)?.seq
  }
}
