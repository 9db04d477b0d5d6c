import { type Command, Option } from 'commander'
import { Scope } from '@valiant/shared/protocol/events'
import { AccountName } from '@valiant/shared/protocol/fields'
import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import { formatCents } from '@valiant/shared/units/cents'
import { idText, parseId } from '@valiant/shared/units/id'
import { type ApiKey, ApiKeys, KEYS_PER_ACCOUNT_MAX } from '../auth/api-keys.ts'
import { inCommandDatabase } from './command-database.ts'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'

/** @param root the folder of the installation */
export function addAccountCommands(program: Command, root: string): void {
  const inDatabase = async (work: (queries: Queries) => Promise<string>): Promise<void> => {
    console.log(await inCommandDatabase(root, ({ database }) => work(database.queries)))
  }
  program
    .command('account')
    .argument('<id>', 'account id, or the e-mail address of the owner')
    .description('show an account: owner, cash, positions, orders and keys')
    .action((id: string) => inDatabase((queries) => accountsText(queries, id)))

  const key = program.command('key').description('make, list and revoke the API keys of an account')
  key
    .command('make')
    .argument('<account>', 'account id')
    .requiredOption('--name <name>', 'name shown in the list of keys')
    .addOption(
      new Option('--scopes <scope...>', 'what it may do; trade includes read')
        .choices(Scope.options)
        .default([...Scope.options]),
    )
    .description('make a key, which is printed only once')
    .action((account: string, options: { name: string; scopes: Scope[] }) =>
      inDatabase((queries) => makeKey(queries, account, options)),
    )
  key
    .command('list')
    .argument('<account>', 'account id')
    .description('list the active keys of an account')
    .action((account: string) =>
      inDatabase(async (queries) => {
        const keys = await new ApiKeys(queries).list([accountNumber(account)])
        return keys.length === 0 ? 'The account has no keys.' : keys.map(keyText).join('\n')
      }),
    )
  key
    .command('revoke')
    .argument('<id>', 'key id, as shown by `key list`; also the part of the key after vk_')
    .description('revoke a key: it stops working at once, and its sockets are closed within a minute')
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
  /** Each entry is a symbol and its lots. */
  readonly positions: readonly string[]
}

async function accountsText(queries: Queries, id: string): Promise<string> {
  const isEmail = id.includes('@')
  const parameters = { account: isEmail ? null : accountNumber(id), email: isEmail ? id : null }
  const rows = await queries.any<AccountRow>(sql.operator.findAccounts, parameters)
  if (rows.length === 0) throw new StartupError(`No account found for ${id}.`)
  return rows.map(accountText).join('\n')
}

function accountText(row: AccountRow): string {
  const { account, name, mode, owner, cashCents, heldCents, openOrders, orders, keys, positions } = row
  return [
    `${idText(account, 0)}  ${name} (${mode}), of ${owner}`,
    `  cash ${formatCents(Number(cashCents))} USD, of which ${formatCents(Number(heldCents))} is held`,
    `  positions, in lots: ${positions.length === 0 ? 'none' : positions.join(', ')}`,
    `  orders: ${orders.toString()}, ${openOrders} of them open; keys: ${keys}`,
  ].join('\n')
}

async function makeKey(queries: Queries, id: string, key: { name: string; scopes: Scope[] }): Promise<string> {
  const account = accountNumber(id)
  const name = key.name.trim()
  if (!AccountName.safeParse(name).success) {
    throw new StartupError(
      `Expected 1 to ${NAME_LENGTH_MAX} visible characters as --name, found ${JSON.stringify(name)}.`,
    )
  }
  await accountsText(queries, id) // fails for an unknown account
  const made = await new ApiKeys(queries).create({ account, name, scopes: key.scopes })
  if (made === undefined) {
    throw new StartupError(`The account already has ${KEYS_PER_ACCOUNT_MAX} keys, the maximum: revoke one first.`)
  }
  return `${made.text}\n\nThis key is shown only once. ${keyText(made.key)}`
}

function keyText({ id, name, scopes, createdAtMs, usedAtMs }: ApiKey): string {
  const used = usedAtMs === null ? 'never used' : `used ${new Date(usedAtMs).toISOString()}`
  return `${id}  ${name}: ${scopes.join(' and ')}, made ${new Date(createdAtMs).toISOString()}, ${used}`
}

function accountNumber(id: string): number {
  const parsed = parseId(id)
  if (parsed?.number === 0) return parsed.account
  throw new StartupError(`Expected an account id such as 2SGRJFC000000, found ${id}.`)
}
