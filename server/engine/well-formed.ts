import { assert } from './assert.ts'
import { mayRest, waits } from './risk/rejection.ts'
import type { Request } from './risk/request.ts'

/** Conditions that the wire's schema and the instrument's checks guarantee. */
export function assertWellFormed({ command, market, lots: ordered }: Request): void {
  const { type, limitTicks, timeInForce, postOnly, expireAtMs, notionalCents } = command
  const { maxLots } = market.instrument
  if (notionalCents === undefined) assert(isWhole(ordered) && ordered <= maxLots, 'lots from 1 to the largest order')
  else assert(type === 'market' && command.lots === 0 && isWhole(notionalCents), 'a market order for so much money')
  assert(type === 'limit' || type === 'stop_limit' ? isWhole(limitTicks) : limitTicks === 0, 'a limit in ticks')
  assert(!postOnly || (type === 'limit' && mayRest(command)), 'a post-only order is a limit order that may rest')
  const isTimed = timeInForce === 'day' || timeInForce === 'gtd'
  assert(isTimed ? Number.isSafeInteger(expireAtMs) : expireAtMs === undefined, 'an end of day and gtd orders alone')
  if (waits(type)) assertWaiting(command)
  else assert(type === 'limit' || timeInForce === 'ioc' || timeInForce === 'fok', 'a market order is ioc or fok')
}

/** For types with a trigger: the trigger, and the time in force. */
function assertWaiting({ type, stopTicks, trailTicks, trailBps, timeInForce }: Request['command']): void {
  if (type === 'trailing_stop') {
    assert(stopTicks === undefined && (trailTicks === undefined) !== (trailBps === undefined), 'one kind of trail')
    assert(isWhole(trailTicks ?? trailBps ?? 0), 'a trail of 1 or more')
  } else assert(stopTicks !== undefined && isWhole(stopTicks), 'a trigger in ticks')
  assert(timeInForce !== 'fok' && (timeInForce !== 'ioc' || type === 'stop_limit'), 'a stop that waits')
}

const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 1
