import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

interface Rule {
  /** In seconds. */
  readonly window: number
  readonly max: number
}

/**
 * Where better-auth counts the requests of an address: in windows that end. Its own memory restarts a window with every
 * request: people who share an address would be refused until all of them pause, however slow each of them is.
 */
export class RequestWindows {
  readonly #limiters = new Map<string, RateLimiterMemory>()

  async consume(key: string, rule: Rule): Promise<{ allowed: boolean; retryAfter: number | null }> {
    try {
      await this.#limiterOf(rule).consume(key)
      return { allowed: true, retryAfter: null }
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      return { allowed: false, retryAfter: Math.ceil(refusal.msBeforeNext / 1_000) }
    }
  }

  /** One for each of the rules, of which there are a few. */
  #limiterOf({ window, max }: Rule): RateLimiterMemory {
    const name = `${max} in ${window}`
    const limiter = this.#limiters.get(name) ?? new RateLimiterMemory({ points: max, duration: window })
    this.#limiters.set(name, limiter)
    return limiter
  }
}
