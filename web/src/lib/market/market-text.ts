/** What stands in the way of trading anything at all; undefined while the exchange takes orders. */
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
