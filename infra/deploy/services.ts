import { setTimeout as delay } from 'node:timers/promises'

/** Runs `aws ecs` with these arguments and returns its parsed output. */
export type Ecs = (...args: string[]) => Promise<unknown>

export interface Fleet {
  readonly ecs: Ecs
  readonly cluster: string
  readonly say: (text: string) => void
  /** Interval at which ECS is polled. */
  readonly pollMs: number
  /** A deployment that takes longer counts as failed. */
  readonly deploymentMsMax: number
}

/** A service and the task definition that it runs or should run. */
export interface Running {
  readonly service: string
  readonly taskDefinition: string
}

interface TaskDefinition extends Record<string, unknown> {
  readonly containerDefinitions: readonly { readonly name: string; readonly image: string }[]
}

interface Deployment {
  readonly serviceDeploymentArn: string
  readonly status: string
  readonly statusReason?: string
}

/** The container whose image is deployed (infra/terraform/modules/app); sidecars keep theirs. */
const CONTAINER = 'app'
/** Fields of a described task definition that a new one may not have. */
const READ_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
]
/** Final statuses of a deployment, blue/green or rolling. */
const ENDS = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']

/** What a service runs now. @throws {Error} if the service does not exist */
export async function runningOf({ ecs, cluster }: Fleet, service: string): Promise<Running> {
  const { services } = (await ecs('describe-services', '--cluster', cluster, '--services', service)) as {
    services: readonly { readonly taskDefinition: string }[]
  }
  const [found] = services
  if (found === undefined) throw new Error(`no service ${service} in the cluster ${cluster}`)
  return { service, taskDefinition: found.taskDefinition }
}

/** Deploys an image to a service; waits and throws like `runTaskDefinition`. */
export async function deployImage(fleet: Fleet, { service, taskDefinition }: Running, image: string): Promise<void> {
  await runTaskDefinition(fleet, { service, taskDefinition: await registered(fleet, taskDefinition, image) })
}

/** Registers a task definition that differs from another only in the image. */
async function registered(fleet: Fleet, taskDefinition: string, image: string): Promise<string> {
  const described = (await fleet.ecs('describe-task-definition', '--task-definition', taskDefinition)) as {
    taskDefinition: TaskDefinition
  }
  const next = JSON.stringify(withImage(described.taskDefinition, image))
  const made = (await fleet.ecs('register-task-definition', '--cli-input-json', next)) as {
    taskDefinition: { taskDefinitionArn: string }
  }
  return made.taskDefinition.taskDefinitionArn
}

/**
 * Runs a command once, in a separate task configured like the service's.
 * @param image to use in place of the service's, such as the next one, to migrate before deploying it
 * @throws {Error} if it exits with another code than 0, or not in time
 */
export async function runCommand(
  fleet: Fleet,
  { service, command, image }: { service: string; command: readonly string[]; image?: string },
): Promise<void> {
  const { ecs, cluster, say, pollMs, deploymentMsMax } = fleet
  const { services } = (await ecs('describe-services', '--cluster', cluster, '--services', service)) as {
    services: readonly { readonly taskDefinition: string; readonly networkConfiguration: unknown }[]
  }
  const [found] = services
  if (found === undefined) throw new Error(`no service ${service} in the cluster ${cluster}`)
  const of = image === undefined ? found.taskDefinition : await registered(fleet, found.taskDefinition, image)
  const overrides = { containerOverrides: [{ name: CONTAINER, command }] }
  const { tasks, failures } = (await ecs(
    ...['run-task', '--cluster', cluster, '--task-definition', of, '--launch-type', 'FARGATE'],
    ...['--network-configuration', JSON.stringify(found.networkConfiguration)],
    ...['--overrides', JSON.stringify(overrides)],
  )) as { tasks: readonly { readonly taskArn: string }[]; failures?: readonly { readonly reason: string }[] }
  const [started] = tasks
  if (started === undefined) throw new Error(`no task was started: ${failures?.[0]?.reason ?? 'no reason given'}`)
  say(`${command.join(' ')}: in the task ${started.taskArn}`)
  const deadline = Date.now() + deploymentMsMax
  for (;;) {
    const described = (await ecs('describe-tasks', '--cluster', cluster, '--tasks', started.taskArn)) as {
      tasks: readonly Task[]
    }
    const [task] = described.tasks
    if (task?.lastStatus === 'STOPPED') {
      const code = task.containers.find(({ name }) => name === CONTAINER)?.exitCode
      if (code === 0) return
      throw new Error(
        `${command.join(' ')}: exited with ${code ?? 'no code'}, ${task.stoppedReason ?? 'no reason given'}`,
      )
    }
    if (Date.now() > deadline) throw new Error(`${command.join(' ')}: timed out, still running`)
    await delay(pollMs)
  }
}

interface Task {
  readonly lastStatus: string
  readonly stoppedReason?: string
  readonly containers: readonly { readonly name: string; readonly exitCode?: number }[]
}

/**
 * Makes a service run a task definition, and waits until all its tasks do and its alarms have stayed quiet.
 * @throws {Error} if ECS rolls the service back or times out
 */
export async function runTaskDefinition(fleet: Fleet, { service, taskDefinition }: Running): Promise<void> {
  const { ecs, cluster, say } = fleet
  say(`${service}: deploying ${taskDefinition}`)
  const earlier = new Set((await deploymentsOf(fleet, service)).map((one) => one.serviceDeploymentArn))
  const wanted = ['--service', service, '--task-definition', taskDefinition]
  // Forced, so that there is a deployment to follow even if the service already runs it.
  await ecs('update-service', '--cluster', cluster, ...wanted, '--force-new-deployment')
  const { status, statusReason } = await endOfDeployment(fleet, service, earlier)
  if (status !== 'SUCCESSFUL') throw new Error(`${service}: ${status}, ${statusReason ?? 'no reason given'}`)
  say(`${service}: deployed`)
}

async function endOfDeployment(fleet: Fleet, service: string, earlier: ReadonlySet<string>): Promise<Deployment> {
  const deadline = Date.now() + fleet.deploymentMsMax
  for (;;) {
    const ours = (await deploymentsOf(fleet, service)).find((one) => !earlier.has(one.serviceDeploymentArn))
    if (ours !== undefined && ENDS.includes(ours.status)) return ours
    if (Date.now() > deadline) throw new Error(`${service}: timed out, still ${ours?.status ?? 'not started'}`)
    await delay(fleet.pollMs)
  }
}

async function deploymentsOf({ ecs, cluster }: Fleet, service: string): Promise<readonly Deployment[]> {
  const { serviceDeployments } = (await ecs(
    ...['list-service-deployments', '--cluster', cluster, '--service', service],
  )) as { serviceDeployments: readonly Deployment[] }
  return serviceDeployments
}

function withImage(definition: TaskDefinition, image: string): Record<string, unknown> {
  if (!definition.containerDefinitions.some(({ name }) => name === CONTAINER)) {
    throw new Error(`expected a container "${CONTAINER}" in the task definition`)
  }
  // Other containers with the same image follow, because the registry may delete the old one some day.
  const before = definition.containerDefinitions.find(({ name }) => name === CONTAINER)?.image
  const kept = Object.entries(definition).filter(([key]) => !READ_ONLY.includes(key))
  const containerDefinitions = definition.containerDefinitions.map((container) =>
    container.image === before ? { ...container, image } : container,
  )
  return { ...Object.fromEntries(kept), containerDefinitions }
}
