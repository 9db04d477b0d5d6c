import { hash } from 'node:crypto'
import pg from 'pg'
import pgPromise from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql, type Statement } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { InDoubt } from './errors.ts'
import { fromRow } from './rows.ts'

/** The part of an alert that the leader watches. */
export interface WaitingAlert {
  /** Ids increase with creation, across all accounts. */
  readonly id: number
  readonly symbol: string
  readonly op: 'above' | 'below'
  readonly ticks: number
  /** Wall time. */
  readonly createdAtMs: number
}

export interface PriceAlert extends WaitingAlert {
  readonly account: AccountNumber
  readonly note: string | undefined
  /** Market time and price of the trade that fired it; undefined while it waits. */
  readonly firedAtMs?: number | undefined
  readonly tradeTicks?: number | undefined
}
export type FiredPriceAlert = PriceAlert & { readonly firedAtMs: number; readonly tradeTicks: number }

/** The trade that fired an alert. */
export interface Firing {
  readonly id: number
  readonly timeMs: number
  readonly ticks: number
}

export interface NewAlert extends Omit<WaitingAlert, 'id' | 'createdAtMs'> {
  readonly account: AccountNumber
  readonly note: string | undefined
  readonly requestId: string | undefined
  /** How many alerts of an account may wait. */
  readonly max: number
}

/** `other`: the request id was used for something else. `full`: the account has as many waiting alerts as allowed. */
type CreateOutcome = { readonly alert: PriceAlert; readonly isRepeated: boolean } | 'other' | 'full'
type DeleteOutcome = 'deleted' | 'repeated' | 'other' | 'none'

/** The part of the store that gateways use. */
export type AlertStore = Pick<Alerts, 'create' | 'delete' | 'hasRequest' | 'deleteAll' | 'list' | 'unsent' | 'markSent'>

type StoredRequest = PriceAlert & { readonly sha256: Buffer | undefined; readonly isDeletion: boolean }

/**
 * A deleted alert is kept for a day, so that repeats of its requests are recognized; a fired one is listed for thirty
 * days.
 */
const DELETED_KEPT_MS = 86_400_000
const FIRED_KEPT_MS = 30 * 86_400_000
/**
 * Per statement and kind, so that each ends well within the role's transaction_timeout: an account can create 100 a
 * second.
 */
export const FORGOTTEN_AT_ONCE_MAX = 5_000

/** Price alerts. They are stored outside the journal: no batch contains them. */
export class Alerts {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @throws {InDoubt} when it may have been created; after any other error it was not */
  async create({ requestId, ...fields }: NewAlert): Promise<CreateOutcome> {
    const { symbol, op, ticks, note } = fields
    const sha256 = hash('sha256', JSON.stringify([symbol, op, ticks, note]), 'buffer')
    const { known, changed } = await this.#change(sql.journal.createAlert, {
      ...fields,
      ...{ note: note ?? null, requestId: requestId ?? null, sha256, nowMs: Date.now() },
    })
    if (known === undefined) {
      return changed === undefined ? 'full' : { alert: fromRow<PriceAlert>(changed), isRepeated: false }
    }
    const { sha256: stored, isDeletion, ...alert } = known
    return !isDeletion && stored?.equals(sha256) === true ? { alert, isRepeated: true } : 'other'
  }

  /** @throws {InDoubt} when it may have been deleted; after any other error it was not */
  async delete({ account, id, requestId }: DeletedAlert): Promise<DeleteOutcome> {
    const parameters = { account, id, requestId: requestId ?? null, nowMs: Date.now() }
    const { known, changed } = await this.#change(sql.journal.deleteAlert, parameters)
    if (known !== undefined) return known.isDeletion && known.id === id ? 'repeated' : 'other'
    return changed === undefined ? 'none' : 'deleted'
  }

  /** Whether a request with this id has created or deleted an alert of the account. */
  async hasRequest(account: AccountNumber, requestId: string): Promise<boolean> {
    return (await this.#queries.any(sql.journal.findAlertRequest, { account, requestId })).length > 0
  }

  /** Deletes all alerts of a user who leaves, or of an account that is closed. */
  async deleteAll(of: { readonly userId: string } | { readonly account: AccountNumber }): Promise<void> {
    await this.#queries.none(sql.journal.deleteAlertsOf, { userId: null, account: null, ...of, nowMs: Date.now() })
  }

  /** Newest first: all waiting alerts, and the latest fired ones. */
  list(account: AccountNumber, firedMax: number): Promise<PriceAlert[]> {
    return this.#list(sql.journal.listAlerts, { account, firedMax })
  }

  /** Fired alerts of these accounts that have not been sent yet, oldest first. */
  unsent(accounts: readonly AccountNumber[]): Promise<FiredPriceAlert[]> {
    return this.#list(sql.journal.listUnsentAlerts, { accounts })
  }

  async markSent(ids: readonly number[]): Promise<void> {
    await this.#queries.none(sql.journal.markAlertsSent, { ids, nowMs: Date.now() })
  }

  /** A mark for `changes`, which returns everything committed after it. */
  async mark(): Promise<string> {
    return (await this.#queries.one<{ mark: string }>(sql.journal.readAlertMark)).mark
  }

  /** A page of waiting alerts, by id. */
  waiting(afterId: number, limit: number): Promise<WaitingAlert[]> {
    return this.#list(sql.journal.listWaitingAlerts, { afterId, limit })
  }

  /** Alerts created, deleted or fired since a mark; some may have been returned before. */
  changes(mark: string): Promise<(WaitingAlert & { readonly isWaiting: boolean })[]> {
    return this.#list(sql.journal.listChangedAlerts, { mark })
  }

  /** @returns the alerts that this call fired; those fired or deleted before are left out */
  fire(firings: readonly Firing[]): Promise<FiredPriceAlert[]> {
    return this.#list(sql.journal.fireAlerts, {
      ids: firings.map(({ id }) => id),
      timesMs: firings.map(({ timeMs }) => timeMs),
      ticks: firings.map(({ ticks }) => ticks),
    })
  }

  /** Removes what is no longer kept, in parts. */
  async forget(nowMs: number): Promise<void> {
    const limit = FORGOTTEN_AT_ONCE_MAX
    const old = { deletedBeforeMs: nowMs - DELETED_KEPT_MS, firedBeforeMs: nowMs - FIRED_KEPT_MS, limit }
    let forgotten: readonly unknown[]
    do forgotten = await this.#queries.any<unknown>(sql.journal.forgetAlerts, old)
    while (forgotten.length >= limit)
  }

  /**
   * Changes the alerts of an account, one change at a time, unless a request with this id was made before. All
   * statements are sent as one text and so form one transaction, which a busy process cannot leave open.
   */
  async #change(statement: Statement, parameters: object): Promise<Change> {
    const statements = [sql.journal.lockAlerts, sql.journal.findAlertRequest, statement]
    const text = statements.map((one) => pgPromise.as.format(one, parameters)).join(';\n')
    const sending = { hasBegun: false }
    try {
      return await this.#queries.task(async (t) => {
        sending.hasBegun = true
        const [, known = [], changed = []] = await t.multi<unknown>(text)
        return {
          known: known.map((row) => fromRow<StoredRequest>(row))[0],
          changed: changed[0],
        }
      })
    } catch (cause) {
      // An error from Postgres means that nothing was changed. After any other error only the answer may have been
      // lost.
      if (!sending.hasBegun || cause instanceof pg.DatabaseError) throw cause
      throw new InDoubt('a change of an alert is in doubt', { cause })
    }
  }

  async #list<Shape>(statement: Statement, parameters: object): Promise<Shape[]> {
    return (await this.#queries.any<unknown>(statement, parameters)).map((row) => fromRow<Shape>(row))
  }
}

/** The earlier request with this id, if any, and the row that this one changed. */
interface Change {
  readonly known: StoredRequest | undefined
  readonly changed: unknown
}

interface DeletedAlert {
  readonly account: AccountNumber
  readonly id: number
  readonly requestId: string | undefined
}
