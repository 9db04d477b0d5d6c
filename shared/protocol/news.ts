import { z } from 'zod'
import { Epoch, Id, InstrumentSymbol, Time } from './fields.ts'
import { PAGE_MAX } from './limits.ts'

/**
 * What news is of: the operator halts, closes or opens an instrument; a dividend or a split is to come, has come or is
 * called off; the value that the market follows has jumped.
 */
export const NewsKind = z.enum(['halt', 'close', 'resume', 'dividend', 'split', 'jump'])
export type NewsKind = z.infer<typeof NewsKind>

/** Something that has happened in the market. */
export const News = z.object({
  id: Id.describe('Later news has a later one.'),
  time: Time.describe('When it happened, in market time.'),
  symbol: z.string().optional().describe('Absent where it is of the whole market.'),
  headline: z.string().describe('One line, for people.'),
  kind: NewsKind,
})
export type News = z.infer<typeof News>

/** The event `news`. */
export const NewsFrame = News.extend({ epoch: Epoch }).describe(
  'Something that has happened in the market: told once, to every socket that is open then.',
)
export type NewsFrame = z.infer<typeof NewsFrame>

export const NewsQuery = z.strictObject({
  symbol: InstrumentSymbol.optional().describe('Of this instrument, and of the whole market.'),
  cursor: z.string().max(64).optional(),
  limit: z.int().min(1).max(PAGE_MAX).optional(),
})
export type NewsQuery = z.infer<typeof NewsQuery>
