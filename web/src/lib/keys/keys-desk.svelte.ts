import type { ApiKey, MadeApiKey } from '@valiant/shared/protocol/api-keys'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import { KeyRequestFailed, makeKey, readKeys, revokeKey } from './key-requests.ts'

/** The API keys of one account, and the actions on them. */
export class KeysDesk {
  #all = $state.raw<readonly ApiKey[]>([])
  /** The key that was just made; its text is shown until the user dismisses it. */
  made = $state.raw<MadeApiKey | undefined>()
  hasFailed = $state.raw(false)
  /** The keys have been read at least once. */
  isRead = $state.raw(false)
  /** Ids of the keys that are being revoked. */
  revoking = $state.raw<readonly string[]>([])
  isBusy = $state.raw(false)
  /** Why no key was made. */
  refusal = $state.raw('')

  readonly #accountId: string
  readonly #toasts: Toasts

  constructor({ accountId, toasts }: { accountId: string; toasts: Toasts }) {
    this.#accountId = accountId
    this.#toasts = toasts
  }

  /** Newest first. */
  readonly all = $derived.by(() => this.#all.filter(({ accountId }) => accountId === this.#accountId))

  async read(): Promise<void> {
    try {
      this.#all = await readKeys()
      this.isRead = true
      this.hasFailed = false
    } catch {
      this.hasFailed = true
    }
  }

  /** @returns whether the key was made */
  async make(name: string, scopes: ApiKey['scopes']): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.refusal = ''
    try {
      this.made = await makeKey({ name, scopes, accountId: this.#accountId })
      await this.read()
      return true
    } catch (error) {
      this.refusal = textOf(error)
      return false
    } finally {
      this.isBusy = false
    }
  }

  async revoke({ id, name }: ApiKey): Promise<void> {
    if (this.revoking.includes(id)) return
    this.revoking = [...this.revoking, id]
    try {
      await revokeKey(id)
      if (this.made?.id === id) this.made = undefined
      this.#toasts.show(`${name} is revoked. Its programs are signed out.`)
    } catch (error) {
      this.#toasts.show(textOf(error), 'alert')
    }
    await this.read()
    this.revoking = this.revoking.filter((other) => other !== id)
  }

  async copy(): Promise<void> {
    if (this.made === undefined) return
    try {
      await navigator.clipboard.writeText(this.made.key)
      this.#toasts.show('The key is copied.')
    } catch {
      this.#toasts.show('This browser doesn’t let pages copy. Select the key and copy it yourself.', 'alert')
    }
  }
}

const textOf = (error: unknown): string =>
  error instanceof KeyRequestFailed ? error.message : 'That didn’t work. Nothing was changed. Try again.'
