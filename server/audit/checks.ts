import { sql } from '../database/sql.ts'
import { by, type Check } from './check.ts'
import { readRules } from './instruments.ts'
import { findWrongResults } from './results.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * All checks, starting with the lines of the ledger. Their statements, in db/queries/audit, say what each looks for.
 */
export const CHECKS: readonly Check[] = [
  {
    name: 'entries',
    claim: 'each entry moves an amount between two different accounts, the first of them a user’s',
    of: 'entries',
    find: by(sql.audit.findInvalidEntries),
  },
  {
    name: 'assets',
    claim: 'the balances of each asset sum to zero',
    of: 'assets',
    find: by(sql.audit.findUnbalancedAssets),
  },
  {
    name: 'balances',
    claim: 'balances equal the sums of their entries',
    of: 'balances',
    find: by(sql.audit.findWrongBalances),
  },
  {
    name: 'running balances',
    claim: 'each entry’s new balance is the previous one plus its amount, on both sides',
    of: 'entries',
    find: by(sql.audit.findWrongSteps),
  },
  {
    name: 'numbers',
    claim: 'orders, fills and entries are numbered without gaps, in the order of their batches and times',
    of: 'accounts',
    find: by(sql.audit.findGaps),
  },
  {
    name: 'floors',
    claim: 'cash accounts owe nothing, and the lowest allowed balance follows the account’s mode',
    of: 'balances',
    find: by(sql.audit.findWrongFloors),
  },
  {
    name: 'positions',
    claim: 'positions equal the balances of their symbols',
    of: 'positions',
    find: by(sql.audit.findWrongPositions),
  },
  {
    name: 'holds',
    claim: 'each open order holds what the rules require for its remainder, closed orders nothing',
    of: 'orders',
    find: async (snapshot) => snapshot.faults(sql.audit.findWrongHolds, [await rulesOf(snapshot)]),
  },
  {
    name: 'held cash',
    claim: 'the orders of a cash account hold no more cash than it has',
    of: 'accounts',
    find: by(sql.audit.findOverboundCash),
  },
  {
    name: 'held lots',
    claim: 'orders do not sell or buy back more than the position',
    of: 'positions',
    find: by(sql.audit.findOverboundLots),
  },
  {
    name: 'orders',
    claim: 'orders equal the sums of their fills: lots, value and fees',
    of: 'orders',
    find: async (snapshot) => snapshot.faults(sql.audit.findWrongOrders, [await feesOf(snapshot)]),
  },
  {
    name: 'fills',
    claim: 'each fill has its ledger entries: cash, lots and fee',
    of: 'fills',
    find: async (snapshot) => snapshot.faults(sql.audit.findWrongFills, [await rulesOf(snapshot)]),
  },
  {
    name: 'states',
    claim: 'the fields of each order agree with its status',
    of: 'orders',
    find: by(sql.audit.findWrongStates),
  },
  {
    name: 'legs',
    claim: 'each leg of a bracket matches its entry order',
    of: 'orders',
    find: by(sql.audit.findWrongLegs),
  },
  {
    name: 'batches',
    claim: 'batches are numbered without gaps; epochs and times never decrease',
    of: 'batches',
    find: by(sql.audit.findBrokenBatches),
  },
  {
    name: 'rows',
    claim: 'each row belongs to an existing batch',
    of: 'batches',
    find: by(sql.audit.findRowsWithoutBatch),
  },
  {
    name: 'chain',
    claim: 'each batch’s hash follows from the previous hash and its own entries',
    of: 'batches',
    find: by(sql.audit.findBrokenHashes),
  },
  {
    name: 'results',
    claim: 'costs, realized profit and fees paid follow from the fills since the last reset',
    of: 'accounts',
    find: findWrongResults,
  },
  {
    name: 'owners',
    claim: 'each user’s account has an owner',
    of: 'accounts',
    find: by(sql.audit.findUnownedAccounts),
  },
  {
    name: 'answers',
    claim: 'each order that a user placed has a recorded answer',
    of: 'orders',
    find: by(sql.audit.findUnansweredOrders),
  },
  {
    name: 'client ids',
    claim: 'no account used a client order id for two orders',
    of: 'orders',
    find: by(sql.audit.findRepeatedIds),
  },
  {
    name: 'keys',
    claim: 'each account, balance and position has exactly one row',
    of: 'accounts',
    find: by(sql.audit.findRepeatedRows),
  },
]

const rulesOf = async (snapshot: Snapshot): Promise<string> => JSON.stringify(await readRules(snapshot))

/** Only instruments whose fees have never changed. */
async function feesOf(snapshot: Snapshot): Promise<string> {
  const rules = await readRules(snapshot)
  return JSON.stringify(rules.filter(({ isFirst }) => isFirst))
}
