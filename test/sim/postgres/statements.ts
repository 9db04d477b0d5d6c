import pgPromise from 'pg-promise'
import { sql } from '../../../server/database/sql.ts'
import type { Row, Value } from './binary-rows.ts'
import { ROW_TYPES } from './schema.ts'
import { keyOf, type Tables } from './tables.ts'

/** Formats each parameter as a placeholder instead of a value. */
const AS_WRITTEN: ProxyHandler<Record<string, unknown>> = {
  has: () => true,
  get: (_target, name) => ({ rawType: true, toPostgres: () => `<<${String(name)}>>` }),
}

/** A result row as the driver returns it. */
export type Given = Record<string, unknown>

/** Statements with named parameters are identified by their file, prepared ones by their name. */
const names = new Map<unknown, string>()
for (const group of Object.values(sql))
  for (const [name, statement] of Object.entries(group)) names.set(statement, name)
const byPreparedName = new Map<string, string>()
for (const group of Object.values(sql)) {
  for (const [name, statement] of Object.entries(group)) {
    if ('name' in statement) byPreparedName.set(statement.name, name)
  }
}

/** The name of the statement in `sql`; undefined if it is not there. */
export function nameOf(statement: unknown): string | undefined {
  if (typeof statement === 'object' && statement !== null && 'name' in statement) {
    return byPreparedName.get(String(statement.name))
  }
  return names.get(statement)
}

/** A pattern of a statement's text, with a group for each value. */
interface Template {
  readonly name: string
  readonly pattern: RegExp
  readonly parameters: readonly string[]
}

/** By their first line, which is a comment. */
const templates = new Map<string, Template>()
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const firstLineOf = (text: string) => text.trimStart().split('\n', 1)[0] ?? ''

for (const [name, statement] of Object.entries(sql.journal)) {
  if ('name' in statement) continue
  const text = pgPromise.as.format(statement, new Proxy({}, AS_WRITTEN)).trim()
  const parts = text.split(/<<(\w+)>>/)
  const pattern = new RegExp(
    `^${parts.map((part, index) => (index % 2 === 0 ? escaped(part) : '(.*?)')).join('')}$`,
    's',
  )
  templates.set(firstLineOf(text), { name, pattern, parameters: parts.filter((_part, index) => index % 2 === 1) })
}

/** Splits several statements that were sent as one text. */
export function askedIn(text: string): { name: string; parameters: Record<string, unknown> }[] {
  return text.split(/;\n(?=--)/).map((one) => {
    const template = templates.get(firstLineOf(one))
    const found = template?.pattern.exec(one.trim())
    if (template === undefined || found == null) throw new Error(`postgres: the fake does not know: ${one}`)
    const values = template.parameters.map((name, index) => [name, valueIn(found[index + 1] ?? '')])
    return { name: template.name, parameters: Object.fromEntries(values) as Record<string, unknown> }
  })
}

/** Parses a value as pg-promise formats it. */
function valueIn(text: string): unknown {
  const [, list] = /^array\[(.*)\]$/s.exec(text) ?? /^'\{(.*)\}'$/s.exec(text) ?? []
  if (list !== undefined) return list === '' ? [] : list.split(',').map(Number)
  const [, quoted] = /^'(.*)'$/s.exec(text) ?? []
  return quoted?.replaceAll("''", "'") ?? (text === 'null' ? null : Number(text))
}

const camels = new Map<string, string>()
function camel(column: string): string {
  let name = camels.get(column)
  if (name === undefined) {
    name = column.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())
    camels.set(column, name)
  }
  return name
}

/** A row with the column names of the queries. */
function named(row: Row): Given {
  const given: Given = {}
  for (const column in row) if (column !== 'batch') given[camel(column)] = row[column]
  return given
}

const isId = (value: Value | undefined): value is { account: number; number: number } =>
  typeof value === 'object' && value !== null && 'account' in value

function orderOf(row: Row): Given {
  const { orderId, ...order } = named(row)
  if (!isId(orderId as Value)) throw new Error('postgres: expected an order id')
  return { ...(orderId as object), ...order }
}

function accountOf(tables: Tables, row: Row): Given {
  const { accountId, mode, ...account } = named(row)
  const number = Number(accountId)
  let heldCents = 0
  for (const order of tables.orders.values()) {
    if (order['closed_at_ms'] !== null || !isId(order['order_id']) || order['order_id'].account !== number) continue
    heldCents += Number(order['held_cents'])
  }
  return {
    account: number,
    mode: mode === 'exchange' ? 'cash' : mode,
    ...account,
    cashCents: mode === 'exchange' ? 0 : (tables.balances.get(`${number} USD`) ?? 0),
    heldCents,
  }
}

function openOrders(tables: Tables): Given[] {
  return [...tables.orders.values()]
    .filter((row) => row['closed_at_ms'] === null)
    .map(orderOf)
    .sort(
      (one, other) =>
        Number(one['priority']) - Number(other['priority']) ||
        Number(one['account']) - Number(other['account']) ||
        Number(one['number']) - Number(other['number']),
    )
}

function orderWithFills(tables: Tables, key: string | undefined): Given[] {
  const row = key === undefined ? undefined : tables.orders.get(key)
  if (row === undefined) return []
  const fills = [...tables.fills.values()]
    .filter((fill) => isId(fill['order_id']) && keyOf(fill['order_id']) === key)
    .map((fill): Given => {
      const { fillId, orderId, ...rest } = named(fill)
      return {
        ...(fillId as object),
        ...rest,
        orderNumber: isId(orderId as Value) ? (orderId as { number: number }).number : undefined,
        clientOrderId: row['client_order_id'],
      }
    })
    .sort((one, other) => Number(one['number']) - Number(other['number']))
  return [{ ...orderOf(row), fills }]
}

function positionOf(row: Row): Given {
  const { accountId, ...position } = named(row)
  return { account: accountId, ...position, heldLots: 0 }
}

/** Whether a row belongs to one of the requested accounts. */
function isOf(value: Value | undefined, { accounts }: Readonly<Record<string, unknown>>): boolean {
  const account = isId(value) ? value.account : value
  return Array.isArray(accounts) && accounts.includes(account)
}

const isAfter = (row: Row, { batch }: Readonly<Record<string, unknown>>): boolean =>
  Number(row['batch']) > Number(batch)

/** Known orders that later batches have changed, and new open ones. */
function changedOrders(tables: Tables, parameters: Readonly<Record<string, unknown>>): Given[] {
  const { knownAccounts, knownNumbers, accounts, lastNumbers } = parameters as Record<string, number[]>
  const known = new Set(knownAccounts?.map((account, at) => `${account} ${knownNumbers?.[at]}`))
  const last = new Map(accounts?.map((account, at) => [account, lastNumbers?.[at] ?? 0]))
  const isLookedAt = (row: Row): boolean => {
    const id = row['order_id']
    if (!isId(id)) return false
    const isNew = id.number > (last.get(id.account) ?? Infinity)
    return known.has(`${id.account} ${id.number}`) || (isNew && row['closed_at_ms'] === null)
  }
  return [...tables.orders.values()].filter((row) => isLookedAt(row) && isAfter(row, parameters)).map(orderOf)
}

/** The result of a reading statement on these tables. @throws {Error} for one that the fake does not know */
export function answerTo(name: string, parameters: Readonly<Record<string, unknown>>, tables: Tables): Given[] {
  const account = Number(parameters['account'])
  switch (name) {
    case 'readRowTypes':
      return ROW_TYPES.map((one) => ({ ...one }))
    case 'readLastBatch':
      return [{ ...tables.last }]
    case 'readAccounts':
      return [...tables.accounts.values()].map((row) => accountOf(tables, row))
    case 'readPositions':
      return [...tables.positions.values()].map(positionOf)
    case 'readOpenOrders':
      return openOrders(tables)
    case 'readDeadMen':
      return [...tables.deadMen.values()].map((row) => {
        const { accountId, ...deadMan } = named(row)
        return { account: accountId, ...deadMan }
      })
    case 'readCalendar':
      return [{ chargedDay: tables.chargedDay ?? null }]
    case 'readSimulatorState':
      return tables.simulator === undefined ? [] : [{ state: JSON.parse(tables.simulator) as unknown }]
    case 'readBatchMark':
      return tables.batches
        .filter(({ batch }) => batch === parameters['batch'])
        .map(({ epoch, hash }) => ({ epoch, hash }))
    case 'listChangedAccounts':
      return [...tables.accounts]
        .filter(([, row]) => isAfter(row, parameters))
        .map(([, row]) => ({ ...accountOf(tables, row), heldCents: 0 }))
    case 'listChangedPositions':
      return [...tables.positions.values()].filter((row) => isAfter(row, parameters)).map(positionOf)
    case 'listChangedOrders':
      return changedOrders(tables, parameters)
    case 'readSeqs':
    case 'listSeqs':
    case 'findSeqs':
      return [...tables.accounts]
        .filter(([number]) => isOf(number, parameters))
        .map(([number, row]) => ({ account: number, seq: row['seq'] }))
    case 'countAccountChanges': {
      let changes = 0
      for (const row of tables.accounts.values()) changes += Number(row['seq'])
      return [{ accounts: tables.accounts.size, changes }]
    }
    case 'findCommandResult': {
      const found = tables.answer(account, String(parameters['commandId']))
      if (found === undefined) return []
      const { payloadHash, batch, result } = found
      return [{ payloadHash, batch, result: JSON.parse(result) as unknown }]
    }
    case 'listKnownCommands':
      return [{ hashes: [...tables.results.values()].filter((one) => one.account === account).map(({ hash }) => hash) }]
    case 'findOrder':
      return orderWithFills(tables, keyOf({ account, number: Number(parameters['number']) }))
    case 'findOrderByClientId':
      return orderWithFills(tables, tables.ordersByClientId.get(`${account} ${String(parameters['clientOrderId'])}`))
    case 'listAccountsOfUser':
      return [...tables.owners]
        .filter(([, userId]) => userId === parameters['userId'])
        .map(([owned]) => ({ account: owned }))
    // There are no alerts in the simulation.
    case 'readAlertMark':
      return [{ mark: '1' }]
    case 'listWaitingAlerts':
    case 'listChangedAlerts':
    case 'listUnsentAlerts':
    case 'listMarketStatuses':
    case 'listScenarioRuns':
    case 'listPendingCorporateActions':
    case 'listSplits':
    case 'listUnrestatedSplits':
    case 'listCancelOnDisconnect':
    case 'listBars':
    case 'listBarsOfSymbols':
    case 'findBarEnds':
    case 'listIdleHolders':
      return []
    case 'readEquityThinned':
      return [{ beforeDay: Infinity }]
    case 'makeBarPartitions':
    case 'dropBarPartitions':
      return [{}]
    // Written outside the journal, and not read in the simulation.
    case 'writeEquity':
    case 'writeBars1s':
    case 'writeBars1m':
    case 'clearBars':
    case 'forgetRequests':
    case 'forgetAlerts':
    case 'setCancelOnDisconnect':
    case 'clearCancelOnDisconnect':
    case 'writeNews':
    case 'forgetNews':
      return []
    default:
      throw new Error(`postgres: the fake does not know the statement ${name}`)
  }
}
