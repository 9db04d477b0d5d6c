import { timeOfDay } from '#lib/ui/format.ts'
import type { Listing } from './listing.svelte.ts'

/** Why an instrument takes no orders; undefined while it does. */
export function standstillOf({ status, label, instrument }: Pick<Listing, 'status' | 'label' | 'instrument'>) {
  if (status === 'halted') return haltedSentence(label)
  return status === 'closed' ? closedSentence(label, timeOfDay(instrument.session.open)) : undefined
}

export const haltedSentence = (name: string): string => `${name} is halted. Orders can be cancelled, not placed.`

/** "NOVA is closed until 14:30 UTC. …" @param opens empty if it does not open again */
export const closedSentence = (name: string, opens: string): string =>
  `${name} is closed${opens === '' ? '' : ` until ${opens}`}. Orders can be cancelled, not placed.`

export const STATUS_NAMES = { open: 'Open', halted: 'Halted', closed: 'Closed' } as const
