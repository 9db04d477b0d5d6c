import { createContext } from 'svelte'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly kind: 'note' | 'alert'
}

const SHOWN_MS = 6_000

/** Receipts of pages without a ticket: at the foot, right, above the status bar. */
export class Toasts {
  items = $state.raw<readonly Toast[]>([])
  #count = 0

  show(text: string, kind: Toast['kind'] = 'note'): void {
    const id = ++this.#count
    this.items = [...this.items, { id, text, kind }]
    setTimeout(() => this.close(id), SHOWN_MS)
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>()
