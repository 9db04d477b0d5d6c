import { z } from 'zod'
import { Scope } from './events.ts'
import { AccountName, Id, Time } from './fields.ts'

/** A key to make: for one account, the one that the request acts for unless told. */
export const NewApiKey = z.strictObject({
  name: AccountName.describe('By which people tell their keys apart.'),
  scopes: z.array(Scope).min(1).max(2),
  accountId: Id.optional(),
})
export type NewApiKey = z.infer<typeof NewApiKey>

export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  scopes: z.array(Scope),
  accountId: Id,
  createdAt: Time,
  usedAt: Time.optional().describe('To within a minute; absent for one that was never used.'),
})
export type ApiKey = z.infer<typeof ApiKey>

export const MadeApiKey = ApiKey.extend({
  key: z.string().describe('What a program gives: shown this once, kept nowhere.'),
})
export type MadeApiKey = z.infer<typeof MadeApiKey>
