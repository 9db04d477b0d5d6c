import { io, type Socket } from 'socket.io-client'
import { SILENCE_MS_MAX } from '../protocol/limits.ts'
import type { Answer } from '../protocol/events.ts'

/** What a link tells its client. `lost` comes once, last; `frame` with every event of the server. */
export interface LinkListeners {
  frame(event: string, payload: unknown): void
  lost(reason: { code?: string; message: string }): void
}

export interface LinkOptions {
  readonly url: string | undefined
  readonly auth: Readonly<Record<string, unknown>>
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * One socket, from its handshake to its end. It never connects a second time: each try is a new link, so that nothing
 * which was written for one connection is ever sent on the next.
 */
export class Link {
  readonly #socket: Socket
  readonly #listeners: LinkListeners
  #heardAt = Date.now()
  #watch: ReturnType<typeof setInterval>
  #isOver = false

  constructor(options: LinkOptions, listeners: LinkListeners) {
    this.#listeners = listeners
    this.#socket = io(options.url ?? '', {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: SILENCE_MS_MAX,
      auth: { ...options.auth },
      ...(options.extraHeaders ? { extraHeaders: { ...options.extraHeaders } } : {}),
    })
    this.#socket.onAny((event: string, payload: unknown) => {
      this.#heardAt = Date.now()
      listeners.frame(event, payload)
    })
    this.#socket.on('connect_error', (error: Error & { data?: { code?: string; message?: string } }) => {
      const code = error.data?.code
      this.#end({ message: error.data?.message ?? error.message, ...(code ? { code } : {}) })
    })
    this.#socket.on('disconnect', (reason) => this.#end({ message: reason }))
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heardAt > SILENCE_MS_MAX) this.#end({ message: 'nothing was heard' })
    }, 500)
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#socket.connected
  }

  /** Sends a request; the answer never comes when the link is lost before it. */
  send(event: string, payload: unknown, answered: (answer: Answer) => void): void {
    if (!this.isOpen) return
    this.#socket.emit(event, payload, (answer: Answer) => {
      this.#heardAt = Date.now()
      if (!this.#isOver) answered(answer)
    })
  }

  /** Ends it without telling `lost`. */
  close(): void {
    this.#isOver = true
    clearInterval(this.#watch)
    this.#socket.offAny()
    this.#socket.disconnect()
  }

  #end(reason: { code?: string; message: string }): void {
    if (this.#isOver) return
    this.close()
    this.#listeners.lost(reason)
  }
}
