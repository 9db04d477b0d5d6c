import { isValues, listed, textOf, type Item, type Module, type Value } from './module.ts'

/** Ports open to the world, only at a load balancer. */
const PUBLIC_PORTS = [80, 443]
const ANYWHERE = ['0.0.0.0/0', '::/0']

/** Rules of this project beyond the providers' schema: nothing is open without need. */
export function ruleProblems({ path, resource, data }: Module): string[] {
  return [
    ...resource.flatMap((item) => ingressProblems(item, path)),
    ...data
      .filter(({ type }) => type === 'aws_iam_policy_document')
      .flatMap(({ name, body }) =>
        listed(body['statement']).flatMap((one) => statementProblems(one, `${path}: ${name}`)),
      ),
  ]
}

function ingressProblems({ type, name, body }: Item, path: string): string[] {
  const where = `${path}: ${type}.${name}`
  if (type === 'aws_security_group' && ('ingress' in body || 'egress' in body)) {
    return [`${where}: rules are resources of their own`]
  }
  if (type !== 'aws_vpc_security_group_ingress_rule') return []
  const isOpen = ANYWHERE.includes(textOf(body['cidr_ipv4'])) || ANYWHERE.includes(textOf(body['cidr_ipv6']))
  const isPublic = [body['from_port'], body['to_port']].every((port) => PUBLIC_PORTS.some((one) => one === port))
  return isOpen && !isPublic ? [`${where}: only 80 and 443 are open to the world`] : []
}

/** A key's policy must grant `kms:*` to its own account. */
function statementProblems(statement: Value, where: string): string[] {
  const actions = isValues(statement) ? listed(statement['actions']).map(textOf) : []
  const wide = actions.filter((action) => /^(\*|\w+:\*)$/.test(action) && action !== 'kms:*')
  return wide.map((action) => `${where}: action "${action}" allows everything`)
}
