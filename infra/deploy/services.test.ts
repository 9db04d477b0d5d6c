import { beforeEach, expect, test } from 'vitest'
import { fileOf } from '../check/files.ts'
import { deployImage, type Ecs, type Fleet, runningOf, runTaskDefinition } from './services.ts'

/** ECS as far as it is asked, with one service. */
class Cloud {
  readonly asked: (readonly string[])[] = []
  taskDefinition = 'gateway:7'
  /** How each new deployment goes, question by question; the last stays. */
  statuses = ['SUCCESSFUL']
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
        return { services: args.includes('gateway') ? [{ taskDefinition: this.taskDefinition }] : [] }
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

let cloud: Cloud
let fleet: Fleet
beforeEach(() => {
  cloud = new Cloud()
  fleet = { ecs: cloud.ecs, cluster: 'valiant', say: () => undefined, pollMs: 0, deploymentMsMax: 60_000 }
})
const before = { service: 'gateway', taskDefinition: 'gateway:7' }
const image = 'registry/valiant@sha256:1'

test('the new image goes into the app alone, and nothing that ECS would refuse is sent back to it', async () => {
  expect(await runningOf(fleet, 'gateway')).toEqual(before)
  await deployImage(fleet, before, image)
  const [registered] = cloud.asks('register-task-definition')
  expect(JSON.parse(registered?.at(-1) ?? '')).toEqual({
    family: 'gateway',
    cpu: '512',
    containerDefinitions: [
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
  await expect(deployImage(impatient, before, image)).rejects.toThrow('gateway: still IN_PROGRESS')
})

test('a roll-back is a deployment of what ran before', async () => {
  await deployImage(fleet, before, image)
  await runTaskDefinition(fleet, before)
  expect(cloud.taskDefinition).toBe('gateway:7')
})

test('a service that is not there is named', async () => {
  await expect(runningOf(fleet, 'broker')).rejects.toThrow('no service broker in the cluster valiant')
})

test('the container has the name that Terraform gave it', () => {
  expect(fileOf('infra/terraform/modules/app/main.tf')).toMatch(/ name += "app"\n/)
})
