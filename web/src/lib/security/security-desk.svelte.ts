import { failureWords } from '#lib/session/auth-request.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import { changePassword, endOtherSignIns, endSignIn, readSignIns, type SignIn } from './sign-ins.ts'

/** Where the user is signed in, and what they do about it. */
export class SecurityDesk {
  /** Undefined until they are read. */
  all = $state.raw<readonly SignIn[] | undefined>()
  hasFailed = $state.raw(false)
  /** One thing at a time. */
  isBusy = $state.raw(false)
  /** Why the password was not changed. */
  refusal = $state.raw('')

  readonly others = $derived.by(() => (this.all ?? []).filter(({ isHere }) => !isHere))

  readonly #session: Session
  readonly #toasts: Toasts

  constructor({ session, toasts }: { session: Session; toasts: Toasts }) {
    this.#session = session
    this.#toasts = toasts
  }

  async read(): Promise<void> {
    try {
      this.all = await readSignIns()
      this.hasFailed = false
    } catch {
      this.hasFailed = true
    }
  }

  end(one: SignIn): Promise<void> {
    return this.#end(() => endSignIn(one), `${one.browser} is signed out.`)
  }

  endOthers(): Promise<void> {
    return this.#end(endOtherSignIns, 'You are signed out everywhere else.')
  }

  /** @returns whether it was done */
  async changePassword(current: string, wanted: string): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.refusal = ''
    try {
      await changePassword(current, wanted)
      // The session of this connection has ended too; the next one is this browser's already.
      this.#session.client.retryNow()
      this.#toasts.show('Your password is changed. You are signed out everywhere else.')
      await this.read()
      return true
    } catch (error) {
      this.refusal = failureWords(error)
      return false
    } finally {
      this.isBusy = false
    }
  }

  async #end(act: () => Promise<unknown>, done: string): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    try {
      await act()
      this.#toasts.show(done)
    } catch (error) {
      this.#toasts.show(failureWords(error), 'alert')
    } finally {
      this.isBusy = false
    }
    await this.read()
  }
}
