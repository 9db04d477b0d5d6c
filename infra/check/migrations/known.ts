import type { ColumnDef, Constraint, CreateFunctionStmt, Node, RangeVar, TypeName } from 'libpg-query'

/** The harm of a statement: it blocks traders, breaks the running version, or violates the rules of migrations. */
export interface Finding {
  readonly harm: 'locks' | 'breaks' | 'rules'
  readonly what: string
}

/** A table as the previous migrations left it. */
export interface Table {
  readonly columns: Set<string>
  /** Checks that a column is not null, each with its column and whether it has been validated against all rows. */
  readonly notNullChecks: Map<string, { readonly column: string; isValidated: boolean }>
}

/** Objects created by the migrations so far, which the running version may use. */
export class Known {
  readonly tables = new Map<string, Table>()
  /** Each with its arguments and result. */
  readonly functions = new Map<string, string>()
  /** Types, indexes, sequences, views, triggers and schemas, by name only. */
  readonly others = new Set<string>()

  static copyOf(known: Known): Known {
    const copy = new Known()
    for (const [name, { columns, notNullChecks }] of known.tables) {
      const checks = [...notNullChecks].map(([key, check]) => [key, { ...check }] as const)
      copy.tables.set(name, { columns: new Set(columns), notNullChecks: new Map(checks) })
    }
    for (const [name, signature] of known.functions) copy.functions.set(name, signature)
    for (const name of known.others) copy.others.add(name)
    return copy
  }

  has(name: string): boolean {
    return this.tables.has(name) || this.functions.has(name) || this.others.has(name)
  }

  /** Records what a statement creates; dropped objects stay known, because the running version may use them. */
  learn(statement: Node): void {
    if ('CreateStmt' in statement) this.#learnTable(statement.CreateStmt)
    else if ('AlterTableStmt' in statement) {
      const table = this.tables.get(nameOf(statement.AlterTableStmt.relation))
      if (table !== undefined) for (const command of statement.AlterTableStmt.cmds ?? []) learnChange(table, command)
    } else if ('CreateFunctionStmt' in statement) {
      const made = statement.CreateFunctionStmt
      this.functions.set(nameIn(made.funcname), signatureOf(made))
    } else if ('IndexStmt' in statement) this.others.add(statement.IndexStmt.idxname ?? '')
    else if ('CompositeTypeStmt' in statement) this.others.add(nameOf(statement.CompositeTypeStmt.typevar))
    else if ('CreateEnumStmt' in statement) this.others.add(nameIn(statement.CreateEnumStmt.typeName))
    else if ('CreateDomainStmt' in statement) this.others.add(nameIn(statement.CreateDomainStmt.domainname))
    else if ('CreateSchemaStmt' in statement) this.others.add(statement.CreateSchemaStmt.schemaname ?? '')
    else if ('CreateSeqStmt' in statement) this.others.add(nameOf(statement.CreateSeqStmt.sequence))
    else if ('ViewStmt' in statement) this.others.add(nameOf(statement.ViewStmt.view))
    else if ('CreateTrigStmt' in statement) this.others.add(statement.CreateTrigStmt.trigname ?? '')
    else if ('CreateTableAsStmt' in statement) this.others.add(nameOf(statement.CreateTableAsStmt.into?.rel))
  }

  #learnTable({ relation, tableElts = [] }: { relation?: RangeVar; tableElts?: Node[] }): void {
    const columns = new Set(tableElts.flatMap((one) => ('ColumnDef' in one ? [one.ColumnDef.colname ?? ''] : [])))
    this.tables.set(nameOf(relation), { columns, notNullChecks: new Map() })
  }
}

function learnChange(table: Table, node: Node): void {
  if (!('AlterTableCmd' in node)) return
  const { subtype, def, name = '' } = node.AlterTableCmd
  if (subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def)
    table.columns.add(def.ColumnDef.colname ?? '')
  if (subtype === 'AT_ValidateConstraint') {
    const check = table.notNullChecks.get(name)
    if (check !== undefined) check.isValidated = true
  }
  if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
    const column = notNullColumnOf(def.Constraint)
    const isValidated = def.Constraint.skip_validation !== true
    if (column !== undefined) table.notNullChecks.set(def.Constraint.conname ?? '', { column, isValidated })
  }
}

/** The column of a check that says only that the column is not null. */
function notNullColumnOf({ contype, raw_expr: check }: Constraint): string | undefined {
  if (contype !== 'CONSTR_CHECK' || check === undefined || !('NullTest' in check)) return undefined
  const { arg, nulltesttype } = check.NullTest
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg)) return undefined
  return nameIn(arg.ColumnRef.fields)
}

/** A name with its schema, except for `public`. */
export function nameOf(relation: RangeVar | undefined): string {
  const { schemaname, relname = '' } = relation ?? {}
  return schemaname === undefined || schemaname === 'public' ? relname : `${schemaname}.${relname}`
}

/** The same for a name given as a list. */
export function nameIn(parts: readonly Node[] | undefined): string {
  const words = (parts ?? []).map((part) => ('String' in part ? (part.String.sval ?? '') : ''))
  return (words.length > 1 && words[0] === 'public' ? words.slice(1) : words).join('.')
}

/** A function's signature as its callers see it. */
export function signatureOf({ parameters = [], returnType }: CreateFunctionStmt): string {
  const types = parameters.map((one) => {
    if (!('FunctionParameter' in one)) return ''
    const { mode, argType, defexpr } = one.FunctionParameter
    return `${mode ?? ''} ${typeText(argType)}${defexpr === undefined ? '' : ' with a default'}`
  })
  return `(${types.join(', ')}) ${typeText(returnType)}`
}

const typeText = (type: TypeName | undefined): string =>
  `${type?.setof === true ? 'setof ' : ''}${nameIn(type?.names)}${'[]'.repeat(type?.arrayBounds?.length ?? 0)}`

/** All columns in an expression. */
export function columnsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if ('ColumnRef' in value) {
    const { fields } = value.ColumnRef as { fields?: Node[] }
    return [nameIn(fields?.slice(-1))]
  }
  return Object.values(value).flatMap(columnsIn)
}

/** All functions that an expression calls. */
export function callsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'FuncCall' in value ? [nameIn((value.FuncCall as { funcname?: Node[] }).funcname)] : []
  return [...own, ...Object.values(value).flatMap(callsIn)]
}

/** Constraints declared with a column. */
export const constraintsOf = ({ constraints = [] }: ColumnDef): Constraint[] =>
  constraints.flatMap((one) => ('Constraint' in one ? [one.Constraint] : []))
