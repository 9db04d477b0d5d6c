/* What this browser alone keeps. It may forbid that, or have no room: the page works all the same, until it is left. */

/** What is kept under a name, to be looked at before it is believed; undefined where there is nothing that can be read. */
export function readLocal(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

export function storeLocal(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // Not kept, then.
  }
}

export function removeLocal(name: string): void {
  try {
    localStorage.removeItem(name)
  } catch {
    // It was never kept.
  }
}
