import { z } from 'zod'
import { DECIMAL_PATTERN } from '../units/decimal.ts'

/** The forms that fields of several requests and frames share. */
export const CLIENT_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,64}$/
export const SYMBOL_PATTERN = /^[A-Z0-9]{1,12}(-[A-Z0-9]{1,12})?$/

/** A decimal of a request: positive or zero, exact. */
export const Decimal = z
  .string()
  .max(32)
  .regex(DECIMAL_PATTERN, 'a decimal such as "101.25": at most 12 digits before the point and 8 after, no sign')
/** A decimal of an answer or frame; money and positions may be negative. */
export const SignedDecimal = z.string().regex(/^-?\d+(\.\d+)?$/)
export const ClientOrderId = z
  .string()
  .regex(CLIENT_ID_PATTERN, '1 to 64 characters of A-Z a-z 0-9 _ . : -')
  .describe('Chosen by the client, unique per account for ever.')
export const RequestId = z
  .string()
  .regex(CLIENT_ID_PATTERN, '1 to 64 characters of A-Z a-z 0-9 _ . : -')
  .describe('Makes a request that changes something safe to send again; kept for 24 hours.')
export const InstrumentSymbol = z.string().max(25).regex(SYMBOL_PATTERN, 'the symbol of an instrument, such as "NOVA"')
export const Id = z.string().max(64)
/** Integer milliseconds since the epoch, UTC. */
export const Time = z.int().min(0)
export const Epoch = z.int().min(0)
export const Seq = z.int().min(0)

export const Side = z.enum(['buy', 'sell'])
export type Side = z.infer<typeof Side>
export const OrderType = z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'])
export type OrderType = z.infer<typeof OrderType>
export const TimeInForce = z.enum(['gtc', 'ioc', 'fok', 'day', 'gtd'])
export type TimeInForce = z.infer<typeof TimeInForce>
