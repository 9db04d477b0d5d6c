import { type Node, parse, scan } from 'libpg-query'
import { NO_TRANSACTION, stepsOf } from '../../../server/database/migrations.ts'
import { type Finding, Known, nameIn, nameOf } from './known.ts'
import { findingsOf } from './statements.ts'

/*
 * Checks migrations against the previous version, which trades on the same tables while they run and which a rollback
 * restores. Postgres's own parser reads them. A migration that blocks traders or breaks that version is refused, unless a
 * comment explains why it is safe:
 *
 *   -- contract: nothing calls commit_batch any more, since 0007     (removes something the previous version used)
 *   -- locks: the table has a row a day                              (holds a lock for longer than a catalog change)
 */

export interface Migration {
  readonly name: string
  readonly text: string
}

const CONTRACT = /^-- contract: (?<reason>.{15,}), since (?<version>\S+)$/
const LOCKS = /^-- locks: (?<reason>.{15,})$/

/**
 * @param migrations all migrations, in order
 * @param released names of migrations that are not checked, because they have run everywhere
 * @returns one line per problem, starting with the migration's name
 */
export async function problemsOf(
  migrations: readonly Migration[],
  released: readonly string[] = [],
): Promise<string[]> {
  const known = new Known()
  const problems: string[] = []
  for (const migration of migrations) {
    const before = Known.copyOf(known)
    let found: string[]
    try {
      found = await problemsIn(migration, { before, now: known })
    } catch (error) {
      found = [error instanceof Error ? error.message : String(error)]
    }
    if (!released.includes(migration.name)) problems.push(...found.map((what) => `${migration.name}: ${what}`))
  }
  return problems
}

async function problemsIn({ text }: Migration, { before, now }: { before: Known; now: Known }): Promise<string[]> {
  const comments = (await scan(text)).tokens
    .filter(({ tokenName }) => tokenName === 'SQL_COMMENT')
    .map((one) => one.text)
  const isAlone = text.startsWith(NO_TRANSACTION)
  const statements = await statementsOf(text)
  const findings: Finding[] = []
  for (const statement of statements) {
    findings.push(...findingsOf(statement, { before, now, isAlone }))
    now.learn(statement)
  }
  findings.push(...findingsOfCopies(statements, before))
  if (isAlone) findings.push(...(await findingsAlone(text, statements)))
  return [...excused(findings, comments), ...wordsAmiss(comments)]
}

async function statementsOf(text: string): Promise<Node[]> {
  const { stmts = [] } = await parse(text)
  return stmts.flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]))
}

/** Copying rows while a table in use is locked blocks its users for that long. */
function findingsOfCopies(statements: readonly Node[], before: Known): Finding[] {
  const altered = statements.flatMap((one) => {
    const name = 'AlterTableStmt' in one ? nameOf(one.AlterTableStmt.relation) : ''
    return before.tables.has(name) ? [name] : []
  })
  const copies = statements.some((one) => {
    const { selectStmt } = 'InsertStmt' in one ? one.InsertStmt : {}
    return selectStmt !== undefined && 'SelectStmt' in selectStmt && selectStmt.SelectStmt.valuesLists === undefined
  })
  return altered.length > 0 && copies
    ? [{ harm: 'locks', what: `rows are copied while ${altered.join(', ')} is locked; use separate migrations` }]
    : []
}

/** A migration without a transaction can be interrupted between two statements, and then restarts from the first. */
async function findingsAlone(text: string, statements: readonly Node[]): Promise<Finding[]> {
  const findings: Finding[] = []
  const against = (what: string) => findings.push({ harm: 'rules', what })
  for (const step of stepsOf(text)) {
    if ((await statementsOf(step)).length > 1)
      against('each statement without a transaction must end with ";" at the end of a line')
  }
  const dropped = new Set<string>()
  for (const statement of statements) {
    if ('DropStmt' in statement && statement.DropStmt.concurrent === true && statement.DropStmt.missing_ok === true) {
      for (const one of statement.DropStmt.objects ?? []) if ('List' in one) dropped.add(nameIn(one.List.items))
    } else if ('IndexStmt' in statement && statement.IndexStmt.concurrent === true) {
      const { idxname = '' } = statement.IndexStmt
      if (!dropped.has(idxname))
        against(`DROP INDEX CONCURRENTLY IF EXISTS ${idxname} first: an interrupted run leaves the index invalid`)
    } else if (!('ReindexStmt' in statement)) {
      against('only CREATE INDEX, DROP INDEX IF EXISTS and REINDEX, each CONCURRENTLY, may run without a transaction')
    }
  }
  return findings
}

/** Findings that no comment excuses, and comments that excuse nothing. */
function excused(findings: readonly Finding[], comments: readonly string[]): string[] {
  const words = {
    breaks: comments.some((one) => CONTRACT.test(one)),
    locks: comments.some((one) => LOCKS.test(one)),
    rules: false,
  }
  const idle = (['breaks', 'locks'] as const).filter(
    (harm) => words[harm] && findings.every((one) => one.harm !== harm),
  )
  return [
    ...new Set(findings.filter(({ harm }) => !words[harm]).map(({ what }) => what)),
    ...idle.map((harm) => `nothing needs the comment "-- ${harm === 'breaks' ? 'contract' : 'locks'}:"`),
  ]
}

function wordsAmiss(comments: readonly string[]): string[] {
  const contract = comments.filter((one) => /^--\s*contract\b/i.test(one) && !CONTRACT.test(one))
  const locks = comments.filter((one) => /^--\s*locks?\s*:/i.test(one) && !LOCKS.test(one))
  return [
    ...contract.map((one) => `"${one}": expected "-- contract: why nothing needs it anymore, since VERSION"`),
    ...locks.map((one) => `"${one}": expected "-- locks: why this blocks nobody"`),
  ]
}
