import { beforeEach, expect, test } from 'vitest'
import { fileOf } from '../check/files.ts'
import { deployImage, type Ecs, type Fleet, runCommand, runningOf, runTaskDefinition } from './services.ts'

/** ECS as far as it is asked, with one service. */
class Cloud {
  readonly asked: (readonly string[])[] = []
  taskDefinition = 'gateway:7'
  /** How each new deployment goes, question by question; the last stays. */
  statuses = ['SUCCESSFUL']
  /** How a task of its own goes, question by question; the last stays. */
  task: { lastStatus: string; exitCode?: number }[] = [{ lastStatus: 'STOPPED', exitCode: 0 }]
  #deployments = 1

  readonly ecs: Ecs = (...args) => {
    this.asked.push(args)
    return Promise.resolve(this.#answer(args))
  }

  asks(verb: string): (readonly string[])[] {
    return this.asked.filter(([asked]) => asked === verb)
  }

  #answer(args: readonly string[]): unknown {
    const [verb = ''] = args
    switch (verb) {
      case 'describe-services':
        return {
          services: args.includes('gateway')
            ? [{ taskDefinition: this.taskDefinition, networkConfiguration: NETWORK }]
            : [],
        }
      case 'list-service-deployments':
        return { serviceDeployments: this.#listed() }
      case 'describe-task-definition':
        return {
          taskDefinition: {
            family: 'gateway',
            revision: 7,
            taskDefinitionArn: 'gateway:7',
            registeredAt: 1,
            cpu: '512',
            containerDefinitions: [
              { name: 'certificates', image: 'old' },
              { name: 'app', image: 'old', essential: true },
              { name: 'metrics', image: 'collector' },
            ],
          },
        }
      case 'register-task-definition':
        return { taskDefinition: { taskDefinitionArn: 'gateway:8' } }
      case 'update-service':
        this.taskDefinition = args[args.indexOf('--task-definition') + 1] ?? ''
        this.#deployments++
        return {}
      case 'run-task':
        return { tasks: [{ taskArn: 'task/1' }], failures: [] }
      case 'describe-tasks': {
        const now = this.task.length > 1 ? this.task.shift() : this.task[0]
        const containers = [
          { name: 'certificates', exitCode: 0 },
          { name: 'app', exitCode: now?.exitCode },
        ]
        return { tasks: [{ lastStatus: now?.lastStatus, stoppedReason: 'it ended', containers }] }
      }
      default:
        throw new Error(`unexpected: ${args.join(' ')}`)
    }
  }

  #listed(): unknown[] {
    const earlier = { serviceDeploymentArn: 'deployment/1', status: 'SUCCESSFUL' }
    if (this.#deployments === 1) return [earlier]
    const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0]
    const arn = `deployment/${this.#deployments}`
    return [{ serviceDeploymentArn: arn, status, statusReason: 'an alarm went off' }, earlier]
  }
}

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['group-1'] } }
let cloud: Cloud
let fleet: Fleet
beforeEach(() => {
  cloud = new Cloud()
  fleet = { ecs: cloud.ecs, cluster: 'valiant', say: () => undefined, pollMs: 0, deploymentMsMax: 60_000 }
})
const before = { service: 'gateway', taskDefinition: 'gateway:7' }
const image = 'registry/valiant@sha256:1'

test('the new image goes wherever the old one stood, and nothing that ECS would refuse is sent back to it', async () => {
  expect(await runningOf(fleet, 'gateway')).toEqual(before)
  await deployImage(fleet, before, image)
  const [registered] = cloud.asks('register-task-definition')
  expect(JSON.parse(registered?.at(-1) ?? '')).toEqual({
    family: 'gateway',
    cpu: '512',
    containerDefinitions: [
      { name: 'certificates', image },
      { name: 'app', image, essential: true },
      { name: 'metrics', image: 'collector' },
    ],
  })
  expect(cloud.taskDefinition).toBe('gateway:8')
})

test('it waits for the end of its own deployment, not for that of the one before', async () => {
  cloud.statuses = ['PENDING', 'IN_PROGRESS', 'IN_PROGRESS', 'SUCCESSFUL']
  await deployImage(fleet, before, image)
  expect(cloud.asks('list-service-deployments')).toHaveLength(5)
})

test.each(['STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'])('one that ends as %s has failed', async (end) => {
  cloud.statuses = ['IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', end]
  await expect(deployImage(fleet, before, image)).rejects.toThrow(`gateway: ${end}, an alarm went off`)
})

test('one that does not end has failed', async () => {
  cloud.statuses = ['IN_PROGRESS']
  const impatient = { ...fleet, deploymentMsMax: -1 }
  await expect(deployImage(impatient, before, image)).rejects.toThrow('gateway: timed out, still IN_PROGRESS')
})

test('a roll-back is a deployment of what ran before', async () => {
  await deployImage(fleet, before, image)
  await runTaskDefinition(fleet, before)
  expect(cloud.taskDefinition).toBe('gateway:7')
})

test('a service that is not there is named', async () => {
  await expect(runningOf(fleet, 'broker')).rejects.toThrow('no service broker in the cluster valiant')
})

test('a command runs in a task that has what those of the service have', async () => {
  cloud.task = [{ lastStatus: 'PROVISIONING' }, { lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 0 }]
  await runCommand(fleet, { service: 'gateway', command: ['node', 'server/cli.ts', 'halt', 'VLNT'] })
  const [started = []] = cloud.asks('run-task')
  const given = (option: string) => started[started.indexOf(option) + 1]
  expect(given('--task-definition')).toBe('gateway:7')
  expect(JSON.parse(given('--network-configuration') ?? '')).toEqual(NETWORK)
  expect(JSON.parse(given('--overrides') ?? '')).toEqual({
    containerOverrides: [{ name: 'app', command: ['node', 'server/cli.ts', 'halt', 'VLNT'] }],
  })
  expect(cloud.asks('describe-tasks')).toHaveLength(3)
  expect(cloud.asks('update-service')).toEqual([])
})

test('a command of the next image, before it is deployed', async () => {
  await runCommand(fleet, { service: 'gateway', command: ['node', 'server/cli.ts', 'migrate'], image })
  const [started = []] = cloud.asks('run-task')
  expect(started).toContain('gateway:8')
  expect(cloud.taskDefinition).toBe('gateway:7')
})

test.each([[1], [undefined]])('a command that ends with %s has failed', async (exitCode) => {
  cloud.task = [{ lastStatus: 'STOPPED', ...(exitCode !== undefined && { exitCode }) }]
  const running = runCommand(fleet, { service: 'gateway', command: ['node', 'server/cli.ts', 'audit'] })
  await expect(running).rejects.toThrow(`audit: exited with ${exitCode ?? 'no code'}, it ended`)
})

test('the container has the name that Terraform gave it', () => {
  expect(fileOf('infra/terraform/modules/app/main.tf')).toMatch(/ name += "app"\n/)
})
