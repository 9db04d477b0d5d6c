import type { Logger } from '../../telemetry/logger.ts'
import type { Farewells } from './farewells.ts'
import type { Credential, Sessions } from './sessions.ts'

export const CREDENTIAL_CHECK_MS = 60_000

/** The credential that a socket was admitted with. */
export interface Held {
  readonly credential: Credential
  /** Only for a session. */
  readonly cookie: string | undefined
}

interface CredentialCheckParts {
  /** Those of the sockets on this instance. */
  readonly held: () => Iterable<Held>
  readonly sessions: Pick<Sessions, 'lives'>
  readonly farewells: Pick<Farewells, 'end'>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Every minute, closes sockets whose credential was ended by an operator, or by another instance whose message was lost.
 * A run may take longer than a minute when the database is slow, so the next is scheduled when it is over.
 */
export class CredentialCheck implements Disposable {
  readonly #parts: CredentialCheckParts
  #timer: NodeJS.Timeout
  #isOver = false

  constructor(parts: CredentialCheckParts) {
    this.#parts = parts
    this.#timer = this.#later()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  #later(): NodeJS.Timeout {
    return setTimeout(() => void this.#run(), CREDENTIAL_CHECK_MS)
  }

  async #run(): Promise<void> {
    const { held, sessions, farewells, logger } = this.#parts
    const distinct = new Map<string, Held>()
    for (const one of held()) distinct.set(`${one.credential.kind} ${one.credential.id}`, one)
    try {
      for (const { credential, cookie } of distinct.values()) {
        const lives = await sessions.lives(credential, cookie)
        if (this.#isOver) return
        if (!lives) farewells.end(credential)
      }
    } catch (error) {
      logger.warn({ err: error }, 'sessions and keys could not be checked') // checked again in a minute
    }
    if (!this.#isOver) this.#timer = this.#later()
  }
}
