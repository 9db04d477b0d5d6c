import type { ListTab } from './market-list.svelte.ts'

/** Why nothing can be traded; undefined while the exchange takes orders. */
export function marketWords(status: 'open' | 'degraded' | 'halted'): string | undefined {
  switch (status) {
    case 'open':
      return undefined
    case 'degraded':
      return 'The exchange can’t take orders for the moment; prices are indicative.'
    case 'halted':
      return 'Market halted. Orders can be cancelled, not placed.'
  }
}

const KINDS = { all: 'instruments', equity: 'stocks', currency: 'currencies', coin: 'coins' } as const

/** Why the table of instruments has no rows. */
export function noRowsText({ tab, text, sector }: { tab: ListTab; text: string; sector: string | undefined }): string {
  if (text !== '') return `No instrument called ‘${text}’ here.`
  if (tab === 'favourites') {
    return sector === undefined
      ? 'No favourites yet. An instrument’s star puts it here.'
      : `No favourites in ${sector}. An instrument’s star puts it here.`
  }
  return sector === undefined ? `No ${KINDS[tab]} here.` : `No ${KINDS[tab]} in ${sector}.`
}
