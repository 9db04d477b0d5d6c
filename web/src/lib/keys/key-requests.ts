import type { ApiKey, MadeApiKey } from '@valiant/shared/protocol/api-keys'
import type { Answer } from '@valiant/shared/protocol/events'

/** A key that was not made, read or revoked; the message is for people. */
export class KeyRequestFailed extends Error {
  override readonly name = 'KeyRequestFailed'
}

async function ask<Data>(method: string, path: string, body?: object): Promise<Data> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  let answer: Answer<Data>
  try {
    answer = (await (await fetch(`/api/keys${path}`, { method, ...json })).json()) as Answer<Data>
  } catch {
    throw new KeyRequestFailed('The exchange can’t be reached. Check your connection and try again.')
  }
  if (answer.ok) return answer.data
  const { code, details } = answer.error
  if (code === 'UNAVAILABLE') throw new KeyRequestFailed('Keys can’t be reached for the moment. Nothing was changed.')
  if (details?.['rule'] === 'max') {
    throw new KeyRequestFailed('This account has as many keys as it may have. Revoke one first.')
  }
  throw new KeyRequestFailed('That didn’t work. Nothing was changed. Try again.')
}

/** The live keys of all accounts of the visitor, newest first. @throws {KeyRequestFailed} */
export const readKeys = () => ask<readonly ApiKey[]>('GET', '')

/** @throws {KeyRequestFailed} */
export const makeKey = (key: { name: string; scopes: readonly ApiKey['scopes'][number][]; accountId: string }) =>
  ask<MadeApiKey>('POST', '', key)

/** @throws {KeyRequestFailed} */
export const revokeKey = (id: string) => ask<{ id: string }>('DELETE', `/${encodeURIComponent(id)}`)
