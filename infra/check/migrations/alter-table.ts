import type { AlterTableCmd, ColumnDef, Constraint } from 'libpg-query'
import { callsIn, columnsIn, constraintsOf, type Finding, nameIn, type Table } from './known.ts'

/** Functions with the same value for all rows of a statement, so that adding a column rewrites no rows. */
const STABLE = ['now', 'transaction_timestamp', 'statement_timestamp', 'pg_catalog.now']
/** Types whose default is a sequence. */
const SERIAL = ['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']

const locks = (what: string): Finding => ({ harm: 'locks', what })
const breaks = (what: string): Finding => ({ harm: 'breaks', what })

export interface Altered {
  readonly name: string
  /** As the previous migrations left it. */
  readonly before: Table
  /** As the statements of this migration have left it so far. */
  readonly now: Table
}

/** Effects of a change to a table that the running version uses. Anything not known to be safe is a finding. */
export function findingsOfChange(table: Altered, command: AlterTableCmd): Finding[] {
  const { def, name = '' } = command
  // Subcommands of ALTER TABLE that are not listed here are refused.
  const subtype: string = command.subtype ?? 'a change'
  switch (subtype) {
    case 'AT_AddColumn':
      return def !== undefined && 'ColumnDef' in def ? findingsOfColumn(table, def.ColumnDef) : []
    case 'AT_AddConstraint':
      return def !== undefined && 'Constraint' in def ? findingsOfConstraint(table, def.Constraint) : []
    case 'AT_ValidateConstraint':
      // If added in this migration, it would be validated under the lock of adding it.
      return table.now.notNullChecks.has(name) && !table.before.notNullChecks.has(name)
        ? [
            locks(
              `${table.name}: the constraint ${name} is validated by the migration that adds it; validate it in the next one`,
            ),
          ]
        : []
    case 'AT_SetNotNull':
      return isCheckedNotNull(table.before, name)
        ? []
        : [
            locks(
              `${table.name}.${name}: SET NOT NULL reads all rows under a lock; in earlier migrations add a CHECK (… IS NOT NULL) NOT VALID, then VALIDATE it`,
            ),
            breaks(`${table.name}.${name}: SET NOT NULL refuses rows that the running version may write`),
          ]
    case 'AT_ColumnDefault':
      return def === undefined && table.before.columns.has(name)
        ? [breaks(`${table.name}.${name}: without its default, the running version writes null or is refused`)]
        : []
    case 'AT_DropColumn':
      return [breaks(`${table.name}.${name} is dropped; the running version may use it`)]
    case 'AT_ChangeOwner':
      return [breaks(`${table.name}: another owner may take permissions from the running version`)]
    case 'AT_DropConstraint':
      return [breaks(`${table.name}: the constraint ${name} is dropped; the running version may rely on it`)]
    case 'AT_AlterColumnType':
      return [
        locks(`${table.name}.${name}: a change of type rewrites all rows under a lock; add another column instead`),
        breaks(`${table.name}.${name}: its type changes under the running version`),
      ]
    case 'AT_DetachPartition':
      return [
        breaks(`${table.name}: a partition is detached`),
        ...(def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true
          ? []
          : [locks(`${table.name}: DETACH PARTITION without CONCURRENTLY blocks all readers`)]),
      ]
    // Only a catalog change, invisible to statements of the running version.
    case 'AT_DropNotNull':
    case 'AT_AttachPartition':
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
      return []
    default:
      return [locks(`${table.name}: ${subtype} is not known to be safe while others trade`)]
  }
}

function findingsOfColumn({ name: table }: Altered, column: ColumnDef): Finding[] {
  const name = `${table}.${column.colname ?? ''}`
  const constraints = constraintsOf(column)
  const given = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT')
  const isNotNull = constraints.some(({ contype }) => contype === 'CONSTR_NOTNULL')
  const volatile = callsIn(given?.raw_expr).filter((call) => !STABLE.includes(call))
  const findings: Finding[] = []
  if (isNotNull && given === undefined) {
    findings.push(breaks(`${name} is NOT NULL without a default: the running version does not provide it`))
  }
  if (volatile.length > 0 || SERIAL.includes(nameIn(column.typeName?.names))) {
    findings.push(
      locks(
        `${name}: a default that differs per row rewrites all rows under a lock; add the column without it, then set it`,
      ),
    )
  }
  for (const { contype } of constraints) {
    if (contype === 'CONSTR_GENERATED' || contype === 'CONSTR_IDENTITY') {
      findings.push(locks(`${name}: a generated column rewrites all rows under a lock`))
    }
    if (contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY') {
      findings.push(
        locks(`${name}: its index is built under a lock; use CREATE UNIQUE INDEX CONCURRENTLY in a later migration`),
      )
    }
    if (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') {
      findings.push(
        locks(
          `${name}: its constraint is checked against all rows under a lock; use ADD CONSTRAINT … NOT VALID, and VALIDATE in a later migration`,
        ),
      )
    }
  }
  return findings
}

function findingsOfConstraint({ name: table, before }: Altered, constraint: Constraint): Finding[] {
  const { contype, conname = '', skip_validation: isNotValid = false, indexname } = constraint
  const name = `${table}: the constraint ${conname}`
  if (contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_EXCLUSION') {
    return indexname === undefined
      ? [
          locks(`${name} builds its index under a lock; use CREATE UNIQUE INDEX CONCURRENTLY first, then USING INDEX`),
          breaks(`${name} refuses rows that the running version may write`),
        ]
      : []
  }
  const findings: Finding[] = []
  if (!isNotValid)
    findings.push(
      locks(`${name} is checked against all rows under a lock; use NOT VALID, and VALIDATE in a later migration`),
    )
  const columns = [
    ...columnsIn(constraint.raw_expr),
    ...[constraint.fk_attrs, constraint.keys].flatMap((list) => (list ?? []).map((one) => nameIn([one]))),
  ]
  if (columns.some((column) => before.columns.has(column))) {
    findings.push(breaks(`${name} refuses rows that the running version may write`))
  }
  return findings
}

const isCheckedNotNull = ({ notNullChecks }: Table, column: string): boolean =>
  [...notNullChecks.values()].some((check) => check.column === column && check.isValidated)
