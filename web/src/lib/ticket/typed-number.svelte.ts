import type { Step } from '@valiant/shared/units/decimal'
import { atRest, forTyping, kept, readAs } from './number-input.ts'

const PUT_IN = ['insertFromPaste', 'insertFromDrop']

interface NumberFieldProps {
  readonly value: string
  /** How the number is formatted once the field loses focus; without it, it stays as typed. */
  readonly step: Step | undefined
}

/** The text of a number field: as typed while it means the stored value, otherwise the stored value. */
export class TypedNumber {
  isFocused = $state(false)
  #typed = $state('')
  readonly #field: () => NumberFieldProps

  constructor(field: () => NumberFieldProps) {
    this.#field = field
  }

  /** In another notation the same text may be another number: then it is no longer shown. */
  readonly #isAsTyped = $derived.by(() => {
    const { value, step } = this.#field()
    return (this.isFocused || step === undefined) && kept(this.#typed) === value
  })
  readonly shown = $derived.by(() => {
    const { value, step } = this.#field()
    if (this.#isAsTyped) return this.#typed
    return this.isFocused ? forTyping(value) : atRest(value, step)
  })
  /** How it was read, if that is not obvious. */
  readonly readAs = $derived.by(() => (this.#isAsTyped ? readAs(this.#typed) : undefined))

  /** Pasted text may be in any notation, so it is reformatted at once. @returns the value to store */
  read(event: Event & { readonly currentTarget: HTMLInputElement }): string {
    const input = event.currentTarget
    const value = kept(input.value)
    if (event instanceof InputEvent && PUT_IN.includes(event.inputType)) input.value = atRest(value, this.#field().step)
    this.#typed = input.value
    return value
  }
}
