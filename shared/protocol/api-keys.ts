import { z } from 'zod'
import { Scope } from './events.ts'
import { AccountName, Id, Time } from './fields.ts'

/** A key to create. It acts for one account: by default the account of the request. */
export const NewApiKey = z.strictObject({
  name: AccountName.describe('A label to tell keys apart.'),
  scopes: z.array(Scope).min(1).max(2).describe('`trade` includes `read`.'),
  accountId: Id.optional(),
})
export type NewApiKey = z.infer<typeof NewApiKey>

export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  scopes: z.array(Scope),
  accountId: Id,
  createdAt: Time,
  usedAt: Time.optional().describe('Last use, to within a minute; absent if the key was never used.'),
})
export type ApiKey = z.infer<typeof ApiKey>

export const MadeApiKey = ApiKey.extend({
  key: z.string().describe('The secret that a program authenticates with: shown only once, and stored nowhere.'),
})
export type MadeApiKey = z.infer<typeof MadeApiKey>
