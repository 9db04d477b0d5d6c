import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { idText, parseId } from '@valiant/shared/units/id'
import { type Removable, Removals } from '../auth/removals.ts'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'
import { inCommandDatabase } from './command-database.ts'

const WAIT_MS_MAX = 15_000
const POLL_MS = 250

/** @param root the folder of the installation */
export function addRemovalCommands(program: Command, root: string): void {
  const inDatabase = async (work: (queries: Queries) => Promise<string>): Promise<void> => {
    console.log(await inCommandDatabase(root, ({ database }) => work(database.queries)))
  }
  program
    .command('remove-user')
    .argument('<user>', 'e-mail address, or the id of an account of the user')
    .option('--yes', 'do it; without this, only say what would be removed')
    .description('delete a user: accounts are closed, keys revoked; alerts, sessions and the user are deleted')
    .action((user: string, { yes = false }: { yes?: boolean }) =>
      inDatabase(async (queries) => carryOut(queries, await userRemoval(queries, user), { yes })),
    )
  program
    .command('close-account')
    .argument('<account>', 'account id; its user must have another')
    .option('--yes', 'do it; without this, only say what would be closed')
    .description('close an account: orders are canceled, positions and cash given back, keys revoked')
    .action((account: string, { yes = false }: { yes?: boolean }) =>
      inDatabase(async (queries) => carryOut(queries, await accountClosure(queries, account), { yes })),
    )
}

interface UserRow {
  readonly id: string
  readonly isGuest: boolean
  /** Those that are not closed. */
  readonly accounts: readonly number[]
}

interface Removal {
  readonly of: Removable
  /** For people. */
  readonly what: string
}

async function userRemoval(queries: Queries, text: string): Promise<Removal> {
  const { id, isGuest, accounts } = await userOf(queries, text)
  const list = accounts.map((account) => idText(account, 0)).join(', ')
  const what = `the ${isGuest ? 'guest' : 'user'} ${id} with ${accounts.length === 0 ? 'no account' : list}`
  return { of: { userId: id }, what }
}

async function accountClosure(queries: Queries, text: string): Promise<Removal> {
  const account = accountNumber(text)
  const { accounts } = await userOf(queries, text)
  if (account === undefined || accounts.length < 2) {
    throw new StartupError(`${text} is the only account of its user: use remove-user.`)
  }
  return { of: { account }, what: `account ${text}` }
}

async function carryOut(queries: Queries, { of, what }: Removal, { yes }: { yes: boolean }): Promise<string> {
  if (!yes) return `This would remove ${what} for good. Add --yes to do it.`
  const removals = new Removals(queries)
  const id = await removals.ask(of)
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += POLL_MS) {
    if (await removals.isDone(id)) return `Removed ${what}.`
    await delay(POLL_MS)
  }
  return `Noted: ${what} will be removed as soon as a gateway runs and the exchange accepts it.`
}

async function userOf(queries: Queries, text: string): Promise<UserRow> {
  const email = text.includes('@') ? text : null
  const account = email === null ? (accountNumber(text) ?? null) : null
  const found = await queries.oneOrNone<UserRow>(sql.operator.findUser, { email, account })
  if (found === null) throw new StartupError(`No user found for ${text}.`)
  return found
}

function accountNumber(text: string): number | undefined {
  const id = parseId(text)
  return id?.number === 0 ? id.account : undefined
}
