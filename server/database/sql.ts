import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pgPromise from 'pg-promise'
import { reasonOf, StartupError } from './startup-error.ts'

/** One statement of db/queries with named parameters, for `database.queries`. */
export type Statement = pgPromise.QueryFile

/**
 * All SQL of db/queries, read when the server starts, so that a broken or missing file stops it then. `named` ones take
 * `${name}` and are formatted by pg-promise; `prepared` ones take `$1` and are prepared under their own name.
 */
export const sql = {
  database: {
    listStatements: prepared('database/list-statements'),
    forgetStatements: prepared('database/forget-statements'),
  },
  journal: {
    commitBatch: prepared('journal/commit-batch'),
    readRowTypes: prepared('journal/read-row-types'),
    readLastBatch: named('journal/read-last-batch'),
    readAccounts: named('journal/read-accounts'),
    readPositions: named('journal/read-positions'),
    readOpenOrders: named('journal/read-open-orders'),
    readSimulatorState: named('journal/read-simulator-state'),
    readDeadMen: named('journal/read-dead-men'),
    readCalendar: named('journal/read-calendar'),
    readBatchMark: named('journal/read-batch-mark'),
    listChangedAccounts: named('journal/list-changed-accounts'),
    listChangedPositions: named('journal/list-changed-positions'),
    listChangedOrders: named('journal/list-changed-orders'),
    countAccountChanges: named('journal/count-account-changes'),
    findCommandResult: named('journal/find-command-result'),
    listKnownCommands: named('journal/list-known-commands'),
    findOrder: named('journal/find-order'),
    findOrderByClientId: named('journal/find-order-by-client-id'),
    findListStretch: named('journal/find-list-stretch'),
    listOrders: named('journal/list-orders'),
    listFills: named('journal/list-fills'),
    sumFills: named('journal/sum-fills'),
    listEntries: named('journal/list-entries'),
    listEquity: named('journal/list-equity'),
    writeEquity: prepared('journal/write-equity'),
    readEquityThinned: named('journal/read-equity-thinned'),
    thinEquity: named('journal/thin-equity'),
    noteEquityThinned: named('journal/note-equity-thinned'),
    listIdleHolders: named('journal/list-idle-holders'),
    listAccountsOfUser: named('journal/list-accounts-of-user'),
    listSeqs: named('journal/list-seqs'),
    findOwner: named('journal/find-owner'),
    moveAccounts: named('journal/move-accounts'),
    listBars: named('journal/list-bars'),
    listBarsOfSymbols: named('journal/list-bars-of-symbols'),
    findBarBefore: named('journal/find-bar-before'),
    findBarEnds: named('journal/find-bar-ends'),
    writeBars1s: prepared('journal/write-bars-1s'),
    writeBars1m: prepared('journal/write-bars-1m'),
    insertBars1m: prepared('journal/insert-bars-1m'),
    makeBarPartitions: named('journal/make-bar-partitions'),
    clearBars: named('journal/clear-bars'),
    dropBarPartitions: named('journal/drop-bar-partitions'),
    forgetRequests: named('journal/forget-requests'),
    listRescaledInstruments: named('journal/list-rescaled-instruments'),
    seedInstruments: named('journal/seed-instruments'),
    listMarketStatuses: named('journal/list-market-statuses'),
    setMarketStatus: named('journal/set-market-status'),
    scheduleCorporateAction: named('journal/schedule-corporate-action'),
    cancelCorporateAction: named('journal/cancel-corporate-action'),
    listPendingCorporateActions: named('journal/list-pending-corporate-actions'),
    listSplits: named('journal/list-splits'),
    listUnrestatedSplits: named('journal/list-unrestated-splits'),
    markSplitRestated: named('journal/mark-split-restated'),
    restateBars: named('journal/restate-bars'),
    lockAlerts: named('journal/lock-alerts'),
    findAlertRequest: named('journal/find-alert-request'),
    createAlert: named('journal/create-alert'),
    deleteAlert: named('journal/delete-alert'),
    deleteAlertsOf: named('journal/delete-alerts-of'),
    listAlerts: named('journal/list-alerts'),
    readAlertMark: named('journal/read-alert-mark'),
    listWaitingAlerts: named('journal/list-waiting-alerts'),
    listChangedAlerts: named('journal/list-changed-alerts'),
    fireAlerts: named('journal/fire-alerts'),
    listUnsentAlerts: named('journal/list-unsent-alerts'),
    markAlertsSent: named('journal/mark-alerts-sent'),
    restateAlerts: named('journal/restate-alerts'),
    forgetAlerts: named('journal/forget-alerts'),
    writeNews: prepared('journal/write-news'),
    listNews: named('journal/list-news'),
    forgetNews: named('journal/forget-news'),
    setCancelOnDisconnect: prepared('journal/set-cancel-on-disconnect'),
    clearCancelOnDisconnect: prepared('journal/clear-cancel-on-disconnect'),
    listCancelOnDisconnect: named('journal/list-cancel-on-disconnect'),
    listScenarioRuns: named('journal/list-scenario-runs'),
    playScenario: named('journal/play-scenario'),
    endScenarios: named('journal/end-scenarios'),
  },
  auth: {
    createKey: named('auth/create-key'),
    findKey: named('auth/find-key'),
    listKeys: named('auth/list-keys'),
    revokeKey: named('auth/revoke-key'),
    revokeKeysOf: named('auth/revoke-keys-of'),
    noteKeyUse: named('auth/note-key-use'),
    countAttempt: named('auth/count-attempt'),
    uncountAttempt: named('auth/uncount-attempt'),
    lockPreferences: named('auth/lock-preferences'),
    measurePreferences: named('auth/measure-preferences'),
    listPreferences: named('auth/list-preferences'),
    setPreference: named('auth/set-preference'),
    removePreference: named('auth/remove-preference'),
    movePreferences: named('auth/move-preferences'),
    findPreferenceRequest: named('auth/find-preference-request'),
    notePreferenceRequest: named('auth/note-preference-request'),
    listAbsentGuests: named('auth/list-absent-guests'),
    deleteGuest: named('auth/delete-guest'),
    deleteUser: named('auth/delete-user'),
    askRemoval: named('auth/ask-removal'),
    listRemovals: named('auth/list-removals'),
    findRemoval: named('auth/find-removal'),
    endRemoval: named('auth/end-removal'),
  },
  operator: {
    findAccounts: named('operator/find-accounts'),
    findUser: named('operator/find-user'),
  },
  exchange: {
    readLease: prepared('exchange/read-lease'),
    takeLease: prepared('exchange/take-lease'),
    renewLease: prepared('exchange/renew-lease'),
    releaseLease: prepared('exchange/release-lease'),
    fenceSelf: prepared('exchange/fence-self'),
    tryLock: prepared('exchange/try-lock'),
    unlock: prepared('exchange/unlock'),
    endCommits: prepared('exchange/end-commits'),
    announceStandby: prepared('exchange/announce-standby'),
    withdrawStandby: prepared('exchange/withdraw-standby'),
    findStandby: prepared('exchange/find-standby'),
    readLastCommit: prepared('exchange/read-last-commit'),
    skipEpochs: prepared('exchange/skip-epochs'),
  },
  audit: {
    countRows: prepared('audit/count-rows'),
    readInstruments: prepared('audit/read-instruments'),
    readSplits: prepared('audit/read-splits'),
    readLastHash: prepared('audit/read-last-hash'),
    findInvalidEntries: prepared('audit/find-invalid-entries'),
    findUnbalancedAssets: prepared('audit/find-unbalanced-assets'),
    findWrongBalances: prepared('audit/find-wrong-balances'),
    findWrongSteps: prepared('audit/find-wrong-steps'),
    findGaps: prepared('audit/find-gaps'),
    findWrongFloors: prepared('audit/find-wrong-floors'),
    findWrongPositions: prepared('audit/find-wrong-positions'),
    findWrongHolds: prepared('audit/find-wrong-holds'),
    findOverboundCash: prepared('audit/find-overbound-cash'),
    findOverboundLots: prepared('audit/find-overbound-lots'),
    findWrongOrders: prepared('audit/find-wrong-orders'),
    findWrongFills: prepared('audit/find-wrong-fills'),
    findWrongStates: prepared('audit/find-wrong-states'),
    findWrongLegs: prepared('audit/find-wrong-legs'),
    findBrokenBatches: prepared('audit/find-broken-batches'),
    findRowsWithoutBatch: prepared('audit/find-rows-without-batch'),
    findBrokenHashes: prepared('audit/find-broken-hashes'),
    listResults: prepared('audit/list-results'),
    listAccounts: prepared('audit/list-accounts'),
    findUnownedAccounts: prepared('audit/find-unowned-accounts'),
    findUnansweredOrders: prepared('audit/find-unanswered-orders'),
    findRepeatedIds: prepared('audit/find-repeated-ids'),
    findRepeatedRows: prepared('audit/find-repeated-rows'),
  },
} as const

/** A statement with `$1`, under the name that Postgres prepares it by. */
export interface Prepared {
  readonly name: string
  readonly text: string
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../db/queries/${name}.sql`, import.meta.url))
}

function named(name: string): Statement {
  const file = new pgPromise.QueryFile(pathOf(name), { noWarnings: true })
  const error: unknown = file.error // undefined for a valid file, although its type says otherwise
  if (error !== undefined) throw new StartupError(`db/queries/${name}.sql: ${reasonOf(error)}`)
  return file
}

function prepared(name: string): Prepared {
  try {
    return { name, text: readFileSync(pathOf(name), 'utf8') }
  } catch (cause) {
    throw new StartupError(`db/queries/${name}.sql: ${reasonOf(cause)}`)
  }
}
