import { sql } from '../database/sql.ts'
import { by, type Check } from './check.ts'
import { readRules } from './instruments.ts'
import { findWrongResults } from './results.ts'
import type { Snapshot } from './snapshot.ts'

/** All that is checked, from the lines of the ledger up. What each looks for stands in its statement, db/queries/audit. */
export const CHECKS: readonly Check[] = [
  {
    name: 'entries',
    claim: 'each entry moves something from one account to another, a user’s first',
    of: 'entries',
    find: by(sql.audit.findCrookedLines),
  },
  {
    name: 'assets',
    claim: 'of each asset all balances together are zero',
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
    claim: 'each entry leaves the balance before it and what it moved, on both sides',
    of: 'entries',
    find: by(sql.audit.findWrongSteps),
  },
  {
    name: 'numbers',
    claim: 'orders, fills and entries are numbered without a hole, in the order of their batches and times',
    of: 'accounts',
    find: by(sql.audit.findGaps),
  },
  {
    name: 'floors',
    claim: 'cash accounts owe nothing, and floors follow the mode',
    of: 'balances',
    find: by(sql.audit.findWrongFloors),
  },
  {
    name: 'positions',
    claim: 'positions are the balances of their symbols',
    of: 'positions',
    find: by(sql.audit.findWrongPositions),
  },
  {
    name: 'holds',
    claim: 'each open order holds what the rules say of what is left of it, closed ones nothing',
    of: 'orders',
    find: async (snapshot) => snapshot.faults(sql.audit.findWrongHolds, [await rulesOf(snapshot)]),
  },
  {
    name: 'held cash',
    claim: 'what the orders of a cash account hold, it has',
    of: 'accounts',
    find: by(sql.audit.findOverboundCash),
  },
  {
    name: 'held lots',
    claim: 'what orders may sell or buy back of a position, there is',
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
    claim: 'each fill is in the ledger: its cash, its lots and its fee',
    of: 'fills',
    find: async (snapshot) => snapshot.faults(sql.audit.findWrongFills, [await rulesOf(snapshot)]),
  },
  { name: 'states', claim: 'each order is as its status says', of: 'orders', find: by(sql.audit.findWrongStates) },
  { name: 'legs', claim: 'each leg fits its entry', of: 'orders', find: by(sql.audit.findWrongLegs) },
  {
    name: 'batches',
    claim: 'batches follow each other without a gap; epochs and times never fall',
    of: 'batches',
    find: by(sql.audit.findBrokenBatches),
  },
  {
    name: 'rows',
    claim: 'each row is of a batch that there is',
    of: 'batches',
    find: by(sql.audit.findRowsWithoutBatch),
  },
  {
    name: 'chain',
    claim: 'the hash of each batch is that of the one before and its own entries',
    of: 'batches',
    find: by(sql.audit.findBrokenHashes),
  },
  {
    name: 'results',
    claim: 'costs, realized profit and fees paid follow from the fills, since the last reset',
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
    claim: 'each order that a user placed was answered, for ever',
    of: 'orders',
    find: by(sql.audit.findUnansweredOrders),
  },
  {
    name: 'client ids',
    claim: 'no account gave an id to two orders',
    of: 'orders',
    find: by(sql.audit.findRepeatedIds),
  },
  {
    name: 'keys',
    claim: 'each account, balance and position has one row',
    of: 'accounts',
    find: by(sql.audit.findRepeatedRows),
  },
]

const rulesOf = async (snapshot: Snapshot): Promise<string> => JSON.stringify(await readRules(snapshot))

/** Fees that are sure to have been the same always. */
async function feesOf(snapshot: Snapshot): Promise<string> {
  const rules = await readRules(snapshot)
  return JSON.stringify(rules.filter(({ isFirst }) => isFirst))
}
