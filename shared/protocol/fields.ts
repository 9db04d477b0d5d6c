import { z } from 'zod'
import { DECIMAL_PATTERN } from '../units/decimal.ts'
import { ALERT_NOTE_LENGTH_MAX, NAME_LENGTH_MAX, TAG_LENGTH_MAX } from './limits.ts'

/** Field formats that several requests and frames share. */
export const CLIENT_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,64}$/
export const SYMBOL_PATTERN = /^[A-Z0-9]{1,12}(-[A-Z0-9]{1,12})?$/

/** A decimal in a request: exact, zero or more. */
export const Decimal = z
  .string()
  .max(32)
  .regex(DECIMAL_PATTERN, 'a decimal such as "101.25": at most 12 digits before the point and 8 after, no sign')
/** A decimal in an answer or frame; money and positions may be negative. */
export const SignedDecimal = z.string().regex(/^-?\d+(\.\d+)?$/)
export const ClientOrderId = z
  .string()
  .regex(CLIENT_ID_PATTERN, '1 to 64 characters of A-Z a-z 0-9 _ . : -')
  .describe('Chosen by the client, unique per account forever.')
/**
 * The clientOrderId of an existing order. Orders that the exchange creates, such as the legs of a bracket, have ids in
 * a form that clients cannot choose.
 */
export const KnownClientOrderId = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9_.:-]{1,64}|#\d{1,10})$/,
    'a clientOrderId: 1 to 64 characters of A-Z a-z 0-9 _ . : -, or # and a number',
  )
export const RequestId = z
  .string()
  .regex(CLIENT_ID_PATTERN, '1 to 64 characters of A-Z a-z 0-9 _ . : -')
  .describe('Makes a request that changes something safe to send again; kept for 24 hours.')
export const InstrumentSymbol = z.string().regex(SYMBOL_PATTERN, 'the symbol of an instrument, such as "NOVA"')
/**
 * Text that the database and every log can store, and that is read as it is written: one line, no control characters, no
 * lone surrogates, nothing that changes the direction of the text around it.
 */
const PLAIN_TEXT_PATTERN = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u
export const Tag = z.string().max(TAG_LENGTH_MAX).regex(PLAIN_TEXT_PATTERN, 'text without control characters')
export const AlertNote = z
  .string()
  .min(1)
  .max(ALERT_NOTE_LENGTH_MAX)
  .regex(PLAIN_TEXT_PATTERN, 'text without control characters')
export const AccountName = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .regex(
    // Plain text with at least one visible character: U+2800 is a braille cell without dots. Joiners (in emoji and some
    // scripts) are allowed.
    /^(?=.*[^\s\p{C}\p{Default_Ignorable_Code_Point}\u2800])[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u,
    'a name that can be seen, without control characters',
  )
export const Id = z.string().max(64)
export const Time = z.int().min(0).describe('Integer milliseconds since 1970, UTC.')
export const ValidUntil = Time.describe(
  'Server wall time after which the request must not be taken up. Keep it when you send the request again.',
)
export const Epoch = z
  .int()
  .min(0)
  .describe('Rises when another instance takes the lead; drop frames whose epoch is lower than one you have seen.')
export const Seq = z.int().min(0)

export const Side = z.enum(['buy', 'sell'])
export type Side = z.infer<typeof Side>
export const OrderType = z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'])
export type OrderType = z.infer<typeof OrderType>
export const TimeInForce = z.enum(['gtc', 'ioc', 'fok', 'day', 'gtd'])
export type TimeInForce = z.infer<typeof TimeInForce>
export const AccountMode = z
  .enum(['cash', 'margin'])
  .describe('A cash account cannot owe cash or shares; a margin account may be short or in debt.')
