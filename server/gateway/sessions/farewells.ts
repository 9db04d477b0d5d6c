import type { Goodbye } from '@valiant/shared/protocol/events'
import type { ValiantServer } from '../valiant-socket.ts'
import type { Credential } from './sessions.ts'

/** The rooms that a signed-in socket is in. */
export const roomOf = {
  account: (account: number) => `account:${account}`,
  credential: ({ kind, id }: Credential) => `${kind}:${id}`,
}

/** Closes the sockets of ended sessions, keys and accounts, on all instances. */
export class Farewells {
  readonly #io: ValiantServer

  constructor(io: ValiantServer) {
    this.#io = io
  }

  end(credential: Credential): void {
    this.#close(roomOf.credential(credential), FAREWELLS[credential.kind])
  }

  endAccount(account: number): void {
    this.#close(roomOf.account(account), FAREWELLS.account)
  }

  #close(room: string, farewell: Goodbye): void {
    this.#io.in(room).emit('goodbye', farewell)
    this.#io.in(room).disconnectSockets(true)
    // The adapter would close local sockets only on hearing its own message through Redis, which may be away.
    this.#io.local.in(room).disconnectSockets(true)
  }
}

const FAREWELLS = {
  session: { code: 'SIGNED_OUT', message: 'This session has ended. Sign in again.' },
  key: { code: 'KEY_REVOKED', message: 'This key was revoked.' },
  account: { code: 'SIGNED_OUT', message: 'This account was closed.' },
} as const satisfies Record<string, Goodbye>
