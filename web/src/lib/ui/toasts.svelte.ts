import { createContext } from 'svelte'

/** A page that a toast leads to. */
interface WayOn {
  readonly label: string
  readonly href: string
}

export interface Toast {
  readonly id: number
  readonly text: string
  readonly kind: 'note' | 'alert'
  readonly wayOn?: WayOn | undefined
}

const SHOWN_MS = 6_000
/** One that leads on may come when nobody looks. */
const LEADING_SHOWN_MS = 30_000

/** Receipts of pages without a ticket: at the foot, right, above the status bar. */
export class Toasts {
  items = $state.raw<readonly Toast[]>([])
  #count = 0

  show(text: string, kind: Toast['kind'] = 'note', wayOn?: WayOn): void {
    const id = ++this.#count
    this.items = [...this.items, { id, text, kind, wayOn }]
    setTimeout(() => this.close(id), wayOn === undefined ? SHOWN_MS : LEADING_SHOWN_MS)
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>()
