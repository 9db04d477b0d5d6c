import { ApiKeys } from '../auth/api-keys.ts'
import { Attempts } from '../auth/attempts.ts'
import { Guests } from '../auth/guests.ts'
import { Preferences } from '../auth/preferences.ts'
import { Removals } from '../auth/removals.ts'
import type { Config } from '../config.ts'
import type { Queries } from '../database/database.ts'
import { Alerts } from '../journal/alerts.ts'
import { History } from '../journal/history.ts'
import { News } from '../journal/news.ts'
import type { Logger } from '../telemetry/logger.ts'

/** What the gateway reads and writes in the database beside the exchange. */
export const gatewayStores = (queries: Queries, config: Config, log: Logger) => ({
  history: new History(queries),
  keys: new ApiKeys(queries, log),
  guests: new Guests(queries),
  attempts: new Attempts(queries),
  removals: new Removals(queries),
  alerts: new Alerts(queries),
  news: new News(queries),
  preferences: new Preferences(queries, {
    keysMax: config.LIMIT_PREFERENCES,
    bytesMax: config.LIMIT_PREFERENCE_KIB * 1_024,
  }),
})
