import type { DropStmt, IndexStmt, Node } from 'libpg-query'
import { findingsOfChange } from './alter-table.ts'
import { type Finding, type Known, nameIn, nameOf, signatureOf } from './known.ts'

export interface Context {
  /** Objects of the previous migrations: the running version may use all of them. */
  readonly before: Known
  /** The same, plus what this migration has created so far. */
  readonly now: Known
  /** Its statements run without a common transaction. */
  readonly isAlone: boolean
}

const locks = (what: string): Finding => ({ harm: 'locks', what })
const breaks = (what: string): Finding => ({ harm: 'breaks', what })
const against = (what: string): Finding => ({ harm: 'rules', what })

/** New objects, and comments on objects. */
const HARMLESS = new Set([
  'CreateStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'CompositeTypeStmt',
  'CreateEnumStmt',
  'CreateDomainStmt',
  'CreateExtensionStmt',
  'CreateStatsStmt',
  'CommentStmt',
  'AlterRoleSetStmt',
])

/** Effects of a migration's statement on traders. Anything not known to be harmless is a finding. */
export function findingsOf(statement: Node, context: Context): Finding[] {
  const { before, now } = context
  if ('CreateStmt' in statement) return findingsOfPartition(statement.CreateStmt.inhRelations ?? [], before)
  if ('AlterTableStmt' in statement) return findingsOfAlter(statement.AlterTableStmt, context)
  if ('IndexStmt' in statement) return findingsOfIndex(statement.IndexStmt, context)
  if ('DropStmt' in statement) return findingsOfDrop(statement.DropStmt, context)
  if ('ReindexStmt' in statement) {
    const isBeside = (statement.ReindexStmt.params ?? []).some(
      (one) => 'DefElem' in one && one.DefElem.defname === 'concurrently',
    )
    return isBeside
      ? needsToBeAlone('REINDEX CONCURRENTLY', context)
      : [locks('REINDEX without CONCURRENTLY locks all writers out')]
  }
  if ('CreateFunctionStmt' in statement) {
    const name = nameIn(statement.CreateFunctionStmt.funcname)
    const signature = before.functions.get(name)
    const isOther = signature !== undefined && signature !== signatureOf(statement.CreateFunctionStmt)
    return isOther
      ? [breaks(`${name} changes its signature, ${signature}; add a function with another name instead`)]
      : []
  }
  if ('ViewStmt' in statement) {
    const name = nameOf(statement.ViewStmt.view)
    return before.has(name) ? [breaks(`the view ${name} is replaced under the running version`)] : []
  }
  if ('CreateTrigStmt' in statement) {
    const table = nameOf(statement.CreateTrigStmt.relation)
    return before.tables.has(table) ? [breaks(`${table}: a trigger changes what the running version writes there`)] : []
  }
  if ('InsertStmt' in statement || 'SelectStmt' in statement || 'CreateTableAsStmt' in statement) {
    const isLocking = JSON.stringify(statement).includes('"LockingClause"')
    return [
      ...writesIn(statement).flatMap((one) => findingsOf(one, context)),
      ...(isLocking ? [locks('SELECT … FOR keeps its rows locked until the migration ends')] : []),
    ]
  }
  if ('UpdateStmt' in statement) return findingsOfRows('UPDATE', nameOf(statement.UpdateStmt.relation), before)
  if ('DeleteStmt' in statement) return findingsOfRows('DELETE', nameOf(statement.DeleteStmt.relation), before)
  if ('MergeStmt' in statement) return findingsOfRows('MERGE', nameOf(statement.MergeStmt.relation), before)
  if ('TruncateStmt' in statement) {
    return [locks('TRUNCATE locks everyone out'), breaks('TRUNCATE takes rows away from the version that runs')]
  }
  if ('RenameStmt' in statement) {
    const { relation, object, subname, newname } = statement.RenameStmt
    const name = relation === undefined ? subjectOf(object) : nameOf(relation)
    const isKnown = before.has(name) || !now.has(name)
    return isKnown
      ? [
          breaks(
            `${[name, subname].filter(Boolean).join('.')} becomes ${newname ?? ''}; the running version knows the old name`,
          ),
        ]
      : []
  }
  if ('AlterEnumStmt' in statement) return [breaks('ALTER TYPE: the version that runs does not know the new word')]
  if ('AlterDomainStmt' in statement)
    return [
      locks('ALTER DOMAIN reads all tables with it under a lock'),
      breaks('ALTER DOMAIN refuses rows that the running version may write'),
    ]
  if ('AlterObjectSchemaStmt' in statement) return [breaks('SET SCHEMA: the running version knows the old name')]
  if ('AlterOwnerStmt' in statement) return [breaks('OWNER TO may take from the version that runs what it may do')]
  if ('GrantStmt' in statement) {
    return statement.GrantStmt.is_grant === true
      ? []
      : [breaks('REVOKE may take from the version that runs what it may do')]
  }
  if ('LockStmt' in statement) return [locks('LOCK TABLE')]
  if ('DoStmt' in statement) return [locks('DO: what it runs cannot be looked at here')]
  if ('CallStmt' in statement) return [locks('CALL: what it runs cannot be looked at here')]
  if ('VariableSetStmt' in statement)
    return [
      against(
        `SET ${statement.VariableSetStmt.name ?? ''}: timeouts are set by the migration runner, the same for all`,
      ),
    ]
  if ('TransactionStmt' in statement) return [against('BEGIN, COMMIT and the like are the runner’s')]
  const kind = Object.keys(statement)[0] ?? 'nothing'
  return HARMLESS.has(kind) ? [] : [locks(`${kind} is not known to be safe under trade`)]
}

function findingsOfAlter(
  { relation, cmds = [], objtype }: { relation?: Parameters<typeof nameOf>[0]; cmds?: Node[]; objtype?: string },
  { before, now }: Context,
): Finding[] {
  const name = nameOf(relation)
  if (objtype === 'OBJECT_TYPE') {
    return before.has(name) || !now.has(name)
      ? [breaks(`ALTER TYPE ${name}: the running version sends rows of it; add another type instead`)]
      : []
  }
  if (objtype !== 'OBJECT_TABLE') return [locks(`ALTER of ${name} is not known to be safe under trade`)]
  const tableBefore = before.tables.get(name)
  const tableNow = now.tables.get(name)
  // A table created by this migration has no users yet; nothing is known about one that no migration created.
  if (tableBefore === undefined)
    return tableNow === undefined ? [locks(`ALTER TABLE ${name}, which no migration created`)] : []
  const altered = { name, before: tableBefore, now: tableNow ?? tableBefore }
  return cmds.flatMap((one) => ('AlterTableCmd' in one ? findingsOfChange(altered, one.AlterTableCmd) : []))
}

function findingsOfPartition(parents: readonly Node[], before: Known): Finding[] {
  const names = parents.map((one) => ('RangeVar' in one ? nameOf(one.RangeVar) : ''))
  return names
    .filter((name) => before.tables.has(name))
    .map((name) => locks(`PARTITION OF ${name} blocks all readers; create the table alone, then ATTACH PARTITION`))
}

function findingsOfIndex({ relation, idxname = '', concurrent, unique }: IndexStmt, context: Context): Finding[] {
  const table = nameOf(relation)
  if (!context.before.tables.has(table))
    return context.now.tables.has(table) ? [] : [locks(`an index of ${table}, which no migration created`)]
  return [
    ...(concurrent === true
      ? needsToBeAlone(`CREATE INDEX CONCURRENTLY ${idxname}`, context)
      : [locks(`CREATE INDEX ${idxname} blocks all writers of ${table} while it is built; use CONCURRENTLY`)]),
    ...(unique === true ? [breaks(`the unique index ${idxname} refuses rows that the running version may write`)] : []),
  ]
}

function findingsOfDrop({ objects = [], removeType, concurrent }: DropStmt, context: Context): Finding[] {
  const { before, now } = context
  const kind = (removeType ?? '').replace('OBJECT_', '').replaceAll('_', ' ')
  const isIndex = removeType === 'OBJECT_INDEX'
  const findings: Finding[] = isIndex && concurrent === true ? needsToBeAlone('DROP INDEX CONCURRENTLY', context) : []
  for (const object of objects) {
    const name = subjectOf(object)
    // Leftovers of an interrupted run of this migration have no users.
    if (isIndex && concurrent === true && !before.has(name)) continue
    if (!before.has(name) && now.has(name)) continue
    findings.push(breaks(`DROP ${kind} ${name}: the running version may use it`))
    if (isIndex && concurrent !== true)
      findings.push(locks(`DROP INDEX ${name} blocks its whole table; use CONCURRENTLY`))
  }
  return findings
}

const findingsOfRows = (verb: string, table: string, before: Known): Finding[] =>
  before.tables.has(table)
    ? [
        locks(
          `${verb} of ${table} keeps its rows locked until the migration ends; do it in small parts, outside of migrations`,
        ),
      ]
    : []

/** Nested statements that change existing rows. */
function writesIn(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return []
  return isWrite(value) ? [value] : Object.values(value).flatMap(writesIn)
}

const isWrite = (value: object): value is Node => WRITES.some((kind) => kind in value)
const WRITES = ['UpdateStmt', 'DeleteStmt', 'MergeStmt']

const needsToBeAlone = (what: string, { isAlone }: Context): Finding[] =>
  isAlone
    ? []
    : [against(`${what} cannot run in a transaction; use a separate migration that begins with "-- no transaction"`)]

/** The name of the object of a DROP or RENAME: a trigger's is the last of its list. */
function subjectOf(object: Node | undefined): string {
  if (object === undefined) return ''
  if ('ObjectWithArgs' in object) return nameIn(object.ObjectWithArgs.objname)
  if ('TypeName' in object) return nameIn(object.TypeName.names)
  if ('String' in object) return object.String.sval ?? ''
  return 'List' in object ? nameIn(object.List.items) : ''
}
