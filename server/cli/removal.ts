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
      inDatabase((queries) => removeUser(queries, user, yes)),
    )
  program
    .command('close-account')
    .argument('<account>', 'account id; its user must have another')
    .option('--yes', 'do it; without this, only say what would be closed')
    .description('close an account: orders are canceled, positions and cash given back, keys revoked')
    .action((account: string, { yes = false }: { yes?: boolean }) =>
      inDatabase((queries) => closeAccount(queries, account, yes)),
    )
}

interface UserRow {
  readonly id: string
  readonly isGuest: boolean
  /** Those that are not closed. */
  readonly accounts: readonly number[]
}

async function removeUser(queries: Queries, text: string, isSure: boolean): Promise<string> {
  const { id, isGuest, accounts } = await userOf(queries, text)
  const list = accounts.map((account) => idText(account, 0)).join(', ')
  const what = `the ${isGuest ? 'guest' : 'user'} ${id} with ${accounts.length === 0 ? 'no account' : list}`
  return isSure ? remove(queries, { userId: id }, what) : preview(what)
}

async function closeAccount(queries: Queries, text: string, isSure: boolean): Promise<string> {
  const account = accountNumber(text)
  const { accounts } = await userOf(queries, text)
  if (account === undefined || accounts.length < 2) {
    throw new StartupError(`${text} is the only account of its user: use remove-user.`)
  }
  const what = `account ${text}`
  return isSure ? remove(queries, { account }, what) : preview(what)
}

const preview = (what: string) => `This would remove ${what} for good. Add --yes to do it.`

async function remove(queries: Queries, of: Removable, what: string): Promise<string> {
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
