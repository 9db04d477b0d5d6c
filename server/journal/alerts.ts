import { hash } from 'node:crypto'
import pg from 'pg'
import pgPromise from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql, type Statement } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { InDoubt } from './errors.ts'
import { fromRow } from './rows.ts'

/** What is watched of an alert. */
export interface WaitingAlert {
  /** They rise with creation, over all accounts. */
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
  /** Market time of the trade that fired it, and its price; undefined while it waits. */
  readonly firedAtMs?: number | undefined
  readonly tradeTicks?: number | undefined
}
export type FiredPriceAlert = PriceAlert & { readonly firedAtMs: number; readonly tradeTicks: number }

/** That a trade has fired an alert. */
export interface Firing {
  readonly id: number
  readonly timeMs: number
  readonly ticks: number
}

export interface NewAlert extends Omit<WaitingAlert, 'id' | 'createdAtMs'> {
  readonly account: AccountNumber
  readonly note: string | undefined
  readonly requestId: string | undefined
  /** So many of an account may wait. */
  readonly max: number
}

/** `other`: the request's id was used for something else. `full`: as many wait as may. */
export type CreateOutcome = { readonly alert: PriceAlert; readonly isRepeated: boolean } | 'other' | 'full'
export type DeleteOutcome = 'deleted' | 'repeated' | 'other' | 'none'

/** What a gateway does with alerts. */
export type AlertStore = Pick<Alerts, 'create' | 'delete' | 'list' | 'unsent' | 'markSent'>

type StoredRequest = PriceAlert & { readonly sha256: Buffer | undefined; readonly isDeletion: boolean }

/** The requests that made or deleted an alert are known for a day after it is gone; one that has fired is listed so long. */
const DELETED_KEPT_MS = 86_400_000
const FIRED_KEPT_MS = 30 * 86_400_000
/** Of each kind, by one statement, so that it ends well within the role's transaction_timeout: an account can make 100 a second. */
export const FORGOTTEN_AT_ONCE_MAX = 5_000

/** Price alerts, beside the journal: no batch knows of them. */
export class Alerts {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @throws {InDoubt} when it may have been made; whatever else it throws, it was not */
  async create({ requestId, ...wished }: NewAlert): Promise<CreateOutcome> {
    const { symbol, op, ticks, note } = wished
    const sha256 = hash('sha256', JSON.stringify([symbol, op, ticks, note]), 'buffer')
    const { known, changed } = await this.#change(sql.journal.createAlert, {
      ...wished,
      ...{ note: note ?? null, requestId: requestId ?? null, sha256, nowMs: Date.now() },
    })
    if (known === undefined) {
      return changed === undefined ? 'full' : { alert: fromRow<PriceAlert>(changed), isRepeated: false }
    }
    const { sha256: stored, isDeletion, ...alert } = known
    return !isDeletion && stored?.equals(sha256) === true ? { alert, isRepeated: true } : 'other'
  }

  /** @throws {InDoubt} when it may have been deleted; whatever else it throws, it was not */
  async delete({ account, id, requestId }: DeletedAlert): Promise<DeleteOutcome> {
    const parameters = { account, id, requestId: requestId ?? null, nowMs: Date.now() }
    const { known, changed } = await this.#change(sql.journal.deleteAlert, parameters)
    if (known !== undefined) return known.isDeletion && known.id === id ? 'repeated' : 'other'
    return changed === undefined ? 'none' : 'deleted'
  }

  /** Newest first: all that wait, and of those that have fired the newest. */
  list(account: AccountNumber, firedMax: number): Promise<PriceAlert[]> {
    return this.#list(sql.journal.listAlerts, { account, firedMax })
  }

  /** Those of the accounts that have fired and were told to nobody, oldest first. */
  unsent(accounts: readonly AccountNumber[]): Promise<FiredPriceAlert[]> {
    return this.#list(sql.journal.listUnsentAlerts, { accounts })
  }

  async markSent(ids: readonly number[]): Promise<void> {
    await this.#queries.none(sql.journal.markAlertsSent, { ids, nowMs: Date.now() })
  }

  /** From where `changes` begins to see what is committed from now on. */
  async mark(): Promise<string> {
    return (await this.#queries.one<{ mark: string }>(sql.journal.readAlertMark)).mark
  }

  /** A page of those that wait, by their ids. */
  waiting(afterId: number, limit: number): Promise<WaitingAlert[]> {
    return this.#list(sql.journal.listWaitingAlerts, { afterId, limit })
  }

  /** What was made, deleted or fired since a mark; some of it may have been seen before. */
  changes(mark: string): Promise<(WaitingAlert & { readonly isWaiting: boolean })[]> {
    return this.#list(sql.journal.listChangedAlerts, { mark })
  }

  /** @returns those that fired by it: once, however often it is asked, and none that was deleted before */
  fire(firings: readonly Firing[]): Promise<FiredPriceAlert[]> {
    return this.#list(sql.journal.fireAlerts, {
      ids: firings.map(({ id }) => id),
      timesMs: firings.map(({ timeMs }) => timeMs),
      ticks: firings.map(({ ticks }) => ticks),
    })
  }

  /** Drops what need not be kept, a part after the other. */
  async forget(nowMs: number): Promise<void> {
    const limit = FORGOTTEN_AT_ONCE_MAX
    const old = { deletedBeforeMs: nowMs - DELETED_KEPT_MS, firedBeforeMs: nowMs - FIRED_KEPT_MS, limit }
    let forgotten: readonly unknown[]
    do forgotten = await this.#queries.any<unknown>(sql.journal.forgetAlerts, old)
    while (forgotten.length >= limit)
  }

  /**
   * One change of an account's alerts at a time, unless a request of this id was made before. The statements go as one text,
   * and are one transaction: none that this process, busy with something else, could leave open.
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
      // What Postgres itself refuses, it has not done; else only the answer may be lost.
      if (!sending.hasBegun || cause instanceof pg.DatabaseError) throw cause
      throw new InDoubt('a change of an alert is in doubt', { cause })
    }
  }

  async #list<Shape>(statement: Statement, parameters: object): Promise<Shape[]> {
    return (await this.#queries.any<unknown>(statement, parameters)).map((row) => fromRow<Shape>(row))
  }
}

/** What a request of this id did before, and the row that this one has changed. */
interface Change {
  readonly known: StoredRequest | undefined
  readonly changed: unknown
}

export interface DeletedAlert {
  readonly account: AccountNumber
  readonly id: number
  readonly requestId: string | undefined
}
