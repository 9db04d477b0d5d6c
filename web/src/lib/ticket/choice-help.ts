import type { OrderType, TimeInForce } from '@valiant/shared/protocol/fields'

/** What each choice in the ticket does, in one sentence, for somebody who has never traded. */
export const TYPE_HELP: Readonly<Record<OrderType, string>> = {
  limit: 'Trades at your price or a better one, and waits until somebody agrees to it.',
  market: 'Trades at once, at the best price on offer.',
  stop: 'Waits until a trade reaches your stop price, then becomes a market order.',
  stop_limit: 'Waits until a trade reaches your stop price, then becomes a limit order.',
  trailing_stop: 'A stop that follows the price at the distance you set, and stays where it is when the price turns.',
}

const DURATION_HELP: Readonly<Record<TimeInForce, string>> = {
  gtc: 'Stays open until it has traded in full or you cancel it.',
  day: 'Ends by itself at the next close of trading.',
  gtd: 'Ends by itself at the date and time you choose.',
  ioc: 'Trades what it can at once; the rest is cancelled.',
  fok: 'Trades in full at once, or not at all.',
}

/** Like its label, that of a stop limit counts from its trigger. */
export const durationHelpOf = (type: OrderType, duration: TimeInForce): string =>
  type === 'stop_limit' && duration === 'ioc'
    ? 'Trades what it can when it is triggered; the rest is cancelled.'
    : DURATION_HELP[duration]

export const EXITS_HELP = 'Closes the position by itself once it reaches the profit or the loss you choose.'
export const POST_ONLY_HELP = 'Is refused if it would trade at once, so that it can only wait for others.'
export const REDUCE_ONLY_HELP = 'Can make a position smaller, but never open one or make it larger.'
