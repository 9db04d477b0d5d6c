import { type Command, Option } from 'commander'
import { Scope } from '@valiant/shared/protocol/events'
import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import { formatCents } from '@valiant/shared/units/cents'
import { idText, parseId } from '@valiant/shared/units/id'
import { type ApiKey, ApiKeys, KEYS_PER_ACCOUNT_MAX } from '../auth/api-keys.ts'
import { inCommandDatabase } from './command-database.ts'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'

/** What an operator sees of people's accounts, and does to the keys of their programs. */

/** @param root the folder of the installation */
export function addAccountCommands(program: Command, root: string): void {
  const inDatabase = async (work: (queries: Queries) => Promise<string>): Promise<void> => {
    console.log(await inCommandDatabase(root, ({ database }) => work(database.queries)))
  }
  program
    .command('account')
    .argument('<id>', 'of the account, or the e-mail address of who owns it')
    .description('say what an account has: its owner, money, positions, orders and keys')
    .action((id: string) => inDatabase((queries) => accountsText(queries, id)))

  const key = program.command('key').description('make, list and revoke the API keys of an account')
  key
    .command('make')
    .argument('<account>', 'the id of the account that the key is for')
    .requiredOption('--name <name>', 'by which people tell their keys apart')
    .addOption(
      new Option('--scopes <scope...>', 'what it may do; trade includes read')
        .choices(Scope.options)
        .default([...Scope.options]),
    )
    .description('make a key: it is printed this once')
    .action((account: string, options: { name: string; scopes: Scope[] }) =>
      inDatabase((queries) => makeKey(queries, account, options)),
    )
  key
    .command('list')
    .argument('<account>', 'its id')
    .description('list the keys that live')
    .action((account: string) =>
      inDatabase(async (queries) => {
        const keys = await new ApiKeys(queries).list([accountNumber(account)])
        return keys.length === 0 ? 'It has no key.' : keys.map(keyText).join('\n')
      }),
    )
  key
    .command('revoke')
    .argument('<id>', 'of the key, as `key list` tells it; it stands in the key, after vk_')
    .description('revoke a key: nobody connects with it any more, and its sockets end within a minute')
    .action((id: string) =>
      inDatabase(async (queries) => {
        if (await new ApiKeys(queries).revoke(id)) return `${id} is revoked.`
        throw new StartupError(`No key has the id ${id}.`)
      }),
    )
}

interface AccountRow {
  readonly account: number
  readonly name: string
  readonly mode: string
  readonly owner: string
  readonly cashCents: bigint
  readonly heldCents: bigint
  readonly openOrders: number
  readonly orders: bigint
  readonly keys: number
  /** A symbol and its lots each. */
  readonly positions: readonly string[]
}

async function accountsText(queries: Queries, id: string): Promise<string> {
  const isEmail = id.includes('@')
  const parameters = { account: isEmail ? null : accountNumber(id), email: isEmail ? id : null }
  const rows = await queries.any<AccountRow>(sql.operator.findAccounts, parameters)
  if (rows.length === 0) throw new StartupError(`No account is found by ${id}.`)
  return rows.map(accountText).join('\n')
}

function accountText(row: AccountRow): string {
  const { account, name, mode, owner, cashCents, heldCents, openOrders, orders, keys, positions } = row
  return [
    `${idText(account, 0)}  ${name} (${mode}), of ${owner}`,
    `  cash ${formatCents(Number(cashCents))} USD, of which ${formatCents(Number(heldCents))} are held`,
    `  positions, in lots: ${positions.length === 0 ? 'none' : positions.join(', ')}`,
    `  ${orders.toString()} orders, ${openOrders} of them open; ${keys} keys`,
  ].join('\n')
}

async function makeKey(queries: Queries, id: string, wished: { name: string; scopes: Scope[] }): Promise<string> {
  const account = accountNumber(id)
  const name = wished.name.trim()
  if (name === '' || name.length > NAME_LENGTH_MAX) {
    throw new StartupError(`Expected 1 to ${NAME_LENGTH_MAX} characters as --name, found ${name.length}.`)
  }
  await accountsText(queries, id) // says so where there is none
  const made = await new ApiKeys(queries).create({ account, name, scopes: wished.scopes })
  if (made === undefined) {
    throw new StartupError(`The account has ${KEYS_PER_ACCOUNT_MAX} keys, as many as it may have: revoke one.`)
  }
  return `${made.text}\n\nIt is shown this once. ${keyText(made.key)}`
}

function keyText({ id, name, scopes, createdAtMs, usedAtMs }: ApiKey): string {
  const used = usedAtMs === null ? 'never used' : `used ${new Date(usedAtMs).toISOString()}`
  return `${id}  ${name}: ${scopes.join(' and ')}, made ${new Date(createdAtMs).toISOString()}, ${used}`
}

function accountNumber(id: string): number {
  const parsed = parseId(id)
  if (parsed?.number === 0) return parsed.account
  throw new StartupError(`Expected the id of an account, such as 2SGRJFC000000, found ${id}.`)
}
