import { z } from 'zod'
import { Epoch, Id, Time } from './fields.ts'

/**
 * What news is of: the operator halts, closes or opens an instrument; a dividend or a split is to come, has come or is
 * called off; the value that the market follows has jumped.
 */
export const NEWS_KINDS = ['halt', 'close', 'resume', 'dividend', 'split', 'jump'] as const
export const NewsKind = z.enum(NEWS_KINDS)
export type NewsKind = z.infer<typeof NewsKind>

/** The event `news`. */
export const NewsFrame = z
  .object({
    epoch: Epoch,
    id: Id,
    time: Time.describe('When it happened, in market time.'),
    symbol: z.string().optional().describe('Absent where it is of the whole market.'),
    headline: z.string().describe('One line, for people.'),
    kind: NewsKind,
  })
  .describe('Something that has happened in the market: told once, to every socket that is open then.')
export type NewsFrame = z.infer<typeof NewsFrame>
