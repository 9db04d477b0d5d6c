import { randomBytes } from 'node:crypto'
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'

/**
 * Secrets Manager's four steps. The previous password keeps working until the next rotation, so that no running service is
 * cut off; the services are redeployed, so that they have the new one long before that.
 *
 * @param target owner of the password: `next` chooses the user, `apply` sets the password, `test` verifies it
 */
export const rotation = (target) => {
  const secrets = new SecretsManagerClient()
  const valueAt = async (SecretId, stage) => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId, ...stage }))
    return JSON.parse(SecretString)
  }
  return async ({ Step, SecretId, ClientRequestToken: VersionId }) => {
    const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }))
    const stages = VersionIdsToStages[VersionId] ?? []
    // Retried after this step: the deployment may be what failed.
    if (stages.includes('AWSCURRENT')) return Step === 'finishSecret' ? deployAnew() : undefined
    // There is none before the first rotation.
    const current = (await valueAt(SecretId, { VersionStage: 'AWSCURRENT' }).catch(isMissing)) ?? {}
    const pending = () => valueAt(SecretId, { VersionId, VersionStage: 'AWSPENDING' })
    switch (Step) {
      case 'createSecret': {
        if (await pending().catch(isMissing)) return // a step may be asked for again
        const password = randomBytes(32).toString('base64url')
        const SecretString = JSON.stringify(target.next(current, password))
        await secrets.send(
          new PutSecretValueCommand({
            SecretId,
            ClientRequestToken: VersionId,
            SecretString,
            VersionStages: ['AWSPENDING'],
          }),
        )
        return
      }
      case 'setSecret':
        return target.apply(await pending(), current)
      case 'testSecret':
        return target.test(await pending())
      case 'finishSecret': {
        const [from] = Object.entries(VersionIdsToStages).find(([, held]) => held.includes('AWSCURRENT')) ?? []
        await secrets.send(
          new UpdateSecretVersionStageCommand({
            SecretId,
            VersionStage: 'AWSCURRENT',
            MoveToVersionId: VersionId,
            RemoveFromVersionId: from,
          }),
        )
        return deployAnew()
      }
      default:
        throw new Error(`No step ${Step} is known.`)
    }
  }
}

/** @returns undefined if there is no such version yet */
function isMissing(error) {
  if (error.name !== 'ResourceNotFoundException') throw error
}

/** The first rotation runs before the services exist. */
async function deployAnew() {
  const ecs = new ECSClient()
  const { CLUSTER: cluster, SERVICES: services = '' } = process.env
  for (const service of services.split(',').filter((name) => name !== '')) {
    try {
      await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }))
    } catch (error) {
      const isAbsent = ['ClusterNotFoundException', 'ServiceNotFoundException'].includes(error.name)
      if (!isAbsent) throw error
    }
  }
}
