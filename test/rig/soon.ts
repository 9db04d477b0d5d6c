import { vi } from 'vitest'
import { PATIENCE_MS } from './patience.ts'

/** Waits until `check` throws no more, and gives what it gives. For one value, `expect.poll` says more when it fails. */
export const soon = <Value>(check: () => Value, { interval = 20 } = {}): Promise<Awaited<Value>> =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval }) as Promise<Awaited<Value>>
