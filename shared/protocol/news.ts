import { z } from 'zod'
import { Epoch, Id, InstrumentSymbol, Time } from './fields.ts'
import { PAGE_MAX } from './limits.ts'

/**
 * The subject of a news item: an operator halted, closed or reopened an instrument; a dividend or split was announced,
 * carried out or called off; the fundamental value of an instrument jumped.
 */
export const NewsKind = z.enum(['halt', 'close', 'resume', 'dividend', 'split', 'jump'])
export type NewsKind = z.infer<typeof NewsKind>

/** Something that happened in the market. */
export const News = z.object({
  id: Id.describe('Ids increase with time.'),
  time: Time.describe('When it happened, in market time.'),
  symbol: z.string().optional().describe('Absent when it concerns the whole market.'),
  headline: z.string().describe('One line of text.'),
  kind: NewsKind,
})
export type News = z.infer<typeof News>

/** The event `news`. */
export const NewsFrame = News.extend({ epoch: Epoch }).describe(
  'Something that happened in the market. Sent once, to every open socket.',
)
export type NewsFrame = z.infer<typeof NewsFrame>

export const NewsQuery = z.strictObject({
  symbol: InstrumentSymbol.optional().describe('News of this instrument and of the whole market.'),
  cursor: z.string().max(64).optional(),
  limit: z.int().min(1).max(PAGE_MAX).optional(),
})
