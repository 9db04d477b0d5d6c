import { beforeEach, expect, test, vi } from 'vitest'

/* AWS's packages are in the function's runtime, not here: stand-ins with what Secrets Manager and ElastiCache keep. */

interface Version {
  value: string | undefined
  stages: string[]
}
const aws = vi.hoisted(() => ({
  versions: new Map<string, Version>(),
  passwords: [] as string[],
  deployed: [] as string[],
  statements: [] as string[],
}))

class Command {
  readonly input: Record<string, never>
  constructor(input: Record<string, never>) {
    this.input = input
  }
}
const missing = () => Object.assign(new Error('no such version'), { name: 'ResourceNotFoundException' })

vi.mock('@aws-sdk/client-secrets-manager', () => {
  class Describe extends Command {}
  class Get extends Command {}
  class Put extends Command {}
  class Update extends Command {}
  class Client {
    send(command: Command): Promise<unknown> {
      const { VersionId, VersionStage, ClientRequestToken, SecretString, MoveToVersionId, RemoveFromVersionId } =
        command.input as Record<string, string | undefined>
      if (command instanceof Describe) {
        return Promise.resolve({
          VersionIdsToStages: Object.fromEntries([...aws.versions].map(([id, { stages }]) => [id, stages])),
        })
      }
      if (command instanceof Get) {
        const found = [...aws.versions].find(
          ([id, { stages }]) => (VersionId ?? id) === id && stages.includes(VersionStage ?? 'AWSCURRENT'),
        )?.[1]
        if (found?.value === undefined) return Promise.reject(missing())
        return Promise.resolve({ SecretString: found.value })
      }
      if (command instanceof Put) {
        aws.versions.set(ClientRequestToken ?? '', { value: SecretString, stages: ['AWSPENDING'] })
      }
      if (command instanceof Update) {
        aws.versions.get(RemoveFromVersionId ?? '')?.stages.pop()
        aws.versions.get(MoveToVersionId ?? '')?.stages.push('AWSCURRENT')
      }
      return Promise.resolve({})
    }
  }
  return {
    SecretsManagerClient: Client,
    DescribeSecretCommand: Describe,
    GetSecretValueCommand: Get,
    PutSecretValueCommand: Put,
    UpdateSecretVersionStageCommand: Update,
  }
})
vi.mock('@aws-sdk/client-ecs', () => ({
  UpdateServiceCommand: Command,
  ECSClient: class {
    send({ input }: Command): Promise<unknown> {
      const service = String(input['service'])
      aws.deployed.push(service)
      const gone = Object.assign(new Error('gone'), { name: 'ServiceNotFoundException' })
      return service === 'gone' ? Promise.reject(gone) : Promise.resolve({})
    }
  },
}))
vi.mock('@aws-sdk/client-elasticache', () => ({
  DescribeUsersCommand: class extends Command {},
  ModifyUserCommand: class extends Command {},
  ElastiCacheClient: class {
    send({ input }: Command): Promise<unknown> {
      const mode = input['AuthenticationMode'] as { Passwords: string[] } | undefined
      if (mode !== undefined) aws.passwords = mode.Passwords
      return Promise.resolve({ Users: [{ Status: 'active' }] })
    }
  },
}))
vi.mock('@aws-sdk/client-rds-data', () => ({
  ExecuteStatementCommand: Command,
  RDSDataClient: class {
    send({ input }: Command): Promise<unknown> {
      aws.statements.push(String(input['sql']))
      return Promise.resolve({ records: [[{ longValue: 1 }]] })
    }
  },
}))

type Handler = (event: { Step: string; SecretId: string; ClientRequestToken: string }) => Promise<void>
const FUNCTION = new URL('../../terraform/modules/rotation/function/', import.meta.url)
const handlerIn = async (name: string) =>
  ((await import(/* @vite-ignore */ new URL(name, FUNCTION).href)) as { handler: Handler }).handler

interface Secret {
  username: string
  password: string
  url: string
}
const current = (): Secret =>
  JSON.parse([...aws.versions.values()].find(({ stages }) => stages.includes('AWSCURRENT'))?.value ?? '{}') as Secret

async function rotate(handler: Handler, version: string): Promise<void> {
  aws.versions.set(version, { value: undefined, stages: ['AWSPENDING'] })
  for (const Step of ['createSecret', 'createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
    await handler({ Step, SecretId: 's', ClientRequestToken: version })
  }
}

beforeEach(() => {
  aws.versions.clear()
  aws.deployed = []
  aws.statements = []
  vi.resetModules()
  vi.stubEnv('ADDRESS', 'host:1/valiant')
  vi.stubEnv('USER_NAME', 'valiant')
  vi.stubEnv('SERVICES', 'gone,gateway')
})

test('the roles of the database are given passwords in turn, and none of them stands in a statement', async () => {
  const handler = await handlerIn('database.js')
  await rotate(handler, 'v1')
  const first = current()
  expect(first.url).toBe(`postgres://valiant_a:${first.password}@host:1/valiant`)
  await rotate(handler, 'v2')
  const second = current()
  expect(second.username).toBe('valiant_b')
  await rotate(handler, 'v3')
  expect(current().username).toBe('valiant_a')
  const written = aws.statements.join('\n')
  expect(written).toContain("ALTER ROLE valiant_b WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:")
  for (const { password } of [first, second]) expect(written).not.toContain(password)
})

test('the user of the cache has the new password and the one before', async () => {
  const handler = await handlerIn('cache.js')
  await rotate(handler, 'v1')
  const first = current()
  expect(aws.passwords).toEqual([first.password])
  await rotate(handler, 'v2')
  expect(aws.passwords).toEqual([current().password, first.password])
  expect(current().url).toBe(`rediss://valiant:${current().password}@host:1/valiant`)
})

test('what uses it is deployed anew, and a service that is not there yet is passed over', async () => {
  await rotate(await handlerIn('cache.js'), 'v1')
  expect(aws.deployed).toEqual(['gone', 'gateway'])
})
