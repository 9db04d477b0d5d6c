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
/** A toast that links somewhere may appear while nobody looks. */
const LEADING_SHOWN_MS = 30_000
/** More would cover the page. */
const SHOWN_MAX = 3

/** Messages of pages without a ticket: at the foot, right, above the status bar. */
export class Toasts {
  items = $state.raw<readonly Toast[]>([])
  #count = 0

  /** The newest of them. */
  get shown(): readonly Toast[] {
    return this.items.slice(-SHOWN_MAX)
  }

  /** How many wait behind those that are shown. */
  get hiddenCount(): number {
    return this.items.length - this.shown.length
  }

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
