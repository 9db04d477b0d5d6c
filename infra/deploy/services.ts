import { setTimeout as delay } from 'node:timers/promises'

/** Runs `aws ecs` with these arguments and gives what it printed, parsed. */
export type Ecs = (...args: string[]) => Promise<unknown>

export interface Fleet {
  readonly ecs: Ecs
  readonly cluster: string
  readonly say: (text: string) => void
  /** How often ECS is asked how far it is. */
  readonly pollMs: number
  /** A deployment that takes longer has failed. */
  readonly deploymentMsMax: number
}

/** A service and what it runs, or is to run. */
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

/** The container of the image in each task (infra/terraform/modules/app); those beside it keep theirs. */
const CONTAINER = 'app'
/** What ECS tells of a task definition and does not take for a new one. */
const TOLD_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
]
/** How a deployment ends, that of blue and green and that of one task after the other. */
const ENDS = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']

/** What a service runs now. @throws {Error} when there is no such service */
export async function runningOf({ ecs, cluster }: Fleet, service: string): Promise<Running> {
  const { services } = (await ecs('describe-services', '--cluster', cluster, '--services', service)) as {
    services: readonly { readonly taskDefinition: string }[]
  }
  const [found] = services
  if (found === undefined) throw new Error(`there is no service ${service} in the cluster ${cluster}`)
  return { service, taskDefinition: found.taskDefinition }
}

/** Puts an image into a service; waits and throws as `runTaskDefinition` does. */
export async function deployImage(fleet: Fleet, { service, taskDefinition }: Running, image: string): Promise<void> {
  await runTaskDefinition(fleet, { service, taskDefinition: await registered(fleet, taskDefinition, image) })
}

/** A task definition that differs from another in the image alone. */
async function registered(fleet: Fleet, taskDefinition: string, image: string): Promise<string> {
  const told = (await fleet.ecs('describe-task-definition', '--task-definition', taskDefinition)) as {
    taskDefinition: TaskDefinition
  }
  const next = JSON.stringify(withImage(told.taskDefinition, image))
  const made = (await fleet.ecs('register-task-definition', '--cli-input-json', next)) as {
    taskDefinition: { taskDefinitionArn: string }
  }
  return made.taskDefinition.taskDefinitionArn
}

/**
 * Runs a command of the image once, in a task of its own that has all that those of the service have.
 * @param image another than the service runs, such as the next one, whose migrations are to go before it
 * @throws {Error} when it does not end with 0, or not at all
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
  if (found === undefined) throw new Error(`there is no service ${service} in the cluster ${cluster}`)
  const of = image === undefined ? found.taskDefinition : await registered(fleet, found.taskDefinition, image)
  const overrides = { containerOverrides: [{ name: CONTAINER, command }] }
  const { tasks, failures } = (await ecs(
    ...['run-task', '--cluster', cluster, '--task-definition', of, '--launch-type', 'FARGATE'],
    ...['--network-configuration', JSON.stringify(found.networkConfiguration)],
    ...['--overrides', JSON.stringify(overrides)],
  )) as { tasks: readonly { readonly taskArn: string }[]; failures?: readonly { readonly reason: string }[] }
  const [started] = tasks
  if (started === undefined) throw new Error(`no task was started: ${failures?.[0]?.reason ?? 'without a reason'}`)
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
        `${command.join(' ')}: ended with ${code ?? 'nothing'}, ${task.stoppedReason ?? 'without a reason'}`,
      )
    }
    if (Date.now() > deadline) throw new Error(`${command.join(' ')}: still runs, waited long enough`)
    await delay(pollMs)
  }
}

interface Task {
  readonly lastStatus: string
  readonly stoppedReason?: string
  readonly containers: readonly { readonly name: string; readonly exitCode?: number }[]
}

/**
 * Makes a service run a task definition, and waits until all its tasks do and its alarms have been quiet.
 * @throws {Error} when that does not come about: then ECS has rolled the service back, or has been too slow
 */
export async function runTaskDefinition(fleet: Fleet, { service, taskDefinition }: Running): Promise<void> {
  const { ecs, cluster, say } = fleet
  say(`${service}: to ${taskDefinition}`)
  const earlier = new Set((await deploymentsOf(fleet, service)).map((one) => one.serviceDeploymentArn))
  const wanted = ['--service', service, '--task-definition', taskDefinition]
  // Forced, so that there is a deployment to follow though it may run that already.
  await ecs('update-service', '--cluster', cluster, ...wanted, '--force-new-deployment')
  const { status, statusReason } = await endOfDeployment(fleet, service, earlier)
  if (status !== 'SUCCESSFUL') throw new Error(`${service}: ${status}, ${statusReason ?? 'without a reason'}`)
  say(`${service}: runs it`)
}

async function endOfDeployment(fleet: Fleet, service: string, earlier: ReadonlySet<string>): Promise<Deployment> {
  const deadline = Date.now() + fleet.deploymentMsMax
  for (;;) {
    const ours = (await deploymentsOf(fleet, service)).find((one) => !earlier.has(one.serviceDeploymentArn))
    if (ours !== undefined && ENDS.includes(ours.status)) return ours
    if (Date.now() > deadline) throw new Error(`${service}: still ${ours?.status ?? 'not begun'}, waited long enough`)
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
  // Whatever else runs the same image comes with it: the old one may be gone from the registry one day.
  const before = definition.containerDefinitions.find(({ name }) => name === CONTAINER)?.image
  const kept = Object.entries(definition).filter(([key]) => !TOLD_ONLY.includes(key))
  const containerDefinitions = definition.containerDefinitions.map((container) =>
    container.image === before ? { ...container, image } : container,
  )
  return { ...Object.fromEntries(kept), containerDefinitions }
}
