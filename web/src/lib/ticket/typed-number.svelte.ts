import type { Step } from '@valiant/shared/units/decimal'
import { atRest, forTyping, kept, readAs } from './number-input.ts'

const PUT_IN = ['insertFromPaste', 'insertFromDrop']

interface NumberFieldProps {
  readonly value: string
  /** In what it is written once the field is left; without it stays as it was typed. */
  readonly step: Step | undefined
}

/** The text of a number field: as it was typed for as long as it says what is kept, otherwise what is kept. */
export class TypedNumber {
  isFocused = $state(false)
  #typed = $state('')
  readonly #field: () => NumberFieldProps

  constructor(field: () => NumberFieldProps) {
    this.#field = field
  }

  /** In another notation the same text may be another number: then it is not shown any more. */
  readonly #isAsTyped = $derived.by(() => {
    const { value, step } = this.#field()
    return (this.isFocused || step === undefined) && kept(this.#typed) === value
  })
  readonly shown = $derived.by(() => {
    const { value, step } = this.#field()
    if (this.#isAsTyped) return this.#typed
    return this.isFocused ? forTyping(value) : atRest(value, step)
  })
  /** How it was read, where that is not plain to see. */
  readonly readAs = $derived.by(() => (this.#isAsTyped ? readAs(this.#typed) : undefined))

  /** What was pasted came from elsewhere, in whatever notation: it is written anew at once. @returns what is to be kept */
  read(event: Event & { readonly currentTarget: HTMLInputElement }): string {
    const input = event.currentTarget
    const value = kept(input.value)
    if (event instanceof InputEvent && PUT_IN.includes(event.inputType)) input.value = atRest(value, this.#field().step)
    this.#typed = input.value
    return value
  }
}
