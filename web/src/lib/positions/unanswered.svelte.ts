import { clock } from '#lib/ui/format.ts'

/** An action without an answer yet. */
interface Sent {
  /** "Cancel buy 7 NOVA" */
  readonly what: string
  readonly atMs: number
}

/** The requests of the lists that have no answer yet: their rows take no other. */
export class Unanswered {
  /** Ids of orders and symbols of positions that have a request in flight; `cancelAll`. */
  keys = $state.raw<readonly string[]>([])
  /** Oldest first. */
  sent = $state.raw<readonly Sent[]>([])
  readonly #now: () => number

  /** @param now the exchange's time */
  constructor(now: () => number) {
    this.#now = now
  }

  has(key: string): boolean {
    return this.keys.includes(key)
  }

  /** "Cancel buy 7 NOVA was sent at 14:32:11; …", while the connection that would bring the results is lost. */
  get text(): string {
    return this.sent
      .map(
        ({ what, atMs }) =>
          `${what} was sent at ${clock(atMs)}; its result isn’t known yet. It is sent again for a minute, and can’t be done twice.`,
      )
      .join(' ')
  }

  /** Marks the keys as busy until the result is there. */
  async during<Result>(keys: readonly string[], what: string, result: () => Promise<Result>): Promise<Result> {
    const sent = { what, atMs: this.#now() }
    this.keys = [...this.keys, ...keys]
    this.sent = [...this.sent, sent]
    try {
      return await result()
    } finally {
      this.sent = this.sent.filter((other) => other !== sent)
      this.keys = this.keys.filter((key) => !keys.includes(key))
    }
  }
}
