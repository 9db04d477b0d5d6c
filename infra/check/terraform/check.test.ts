import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { moduleProblems, problemsOf } from './check.ts'
import { laidOut } from './layout.ts'
import { isValues, parseModule, readModules, type Module, type Value, type Values } from './module.ts'
import { readSchema } from './schema.ts'

const schema = readSchema()
const TERRAFORM = fileURLToPath(new URL('../../terraform', import.meta.url))
const NEEDS = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'

async function problems(text: string, others: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const modules = [
    await parseModule('main', { 'main.tf': NEEDS + text }),
    ...(await Promise.all(Object.entries(others).map(([path, one]) => parseModule(path, { 'main.tf': one })))),
  ]
  return problemsOf(modules, schema)
}

const subnet = (body: string) => `resource "aws_subnet" "a" {\n${body}\n}\n`
const queue = 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n'

test('what is right has no problem', async () => {
  const text = `
    variable "zones" {
      type        = list(string)
      description = "z"
    }
    resource "aws_vpc" "v" {
      cidr_block = "10.0.0.0/16"
    }
    resource "aws_subnet" "a" {
      for_each          = toset(var.zones)
      vpc_id            = aws_vpc.v.id
      availability_zone = each.value
      lifecycle {
        ignore_changes = [tags]
      }
    }
    output "ids" {
      value = [for zone in var.zones : aws_subnet.a[zone].id]
    }`
  expect(await problems(text)).toEqual([])
})

test.each([
  ['a misspelt argument', 'vpc_id = "v"\n cidr_blok = "x"', ['no argument or block "cidr_blok"']],
  ['a missing argument', 'cidr_block = "x"', ['"vpc_id" is missing']],
  ['a list for a string', 'vpc_id = ["v"]', ['"vpc_id" must be a string, found a list of simple values']],
  ['words for a bool', 'vpc_id = "v"\n map_public_ip_on_launch = "yes"', ['must be a bool, found a string']],
  ['words for a number', 'vpc_id = "v"\n enable_lni_at_device_index = "one"', ['must be a number, found a string']],
  ['a string for a map', 'vpc_id = "v"\n tags = "x"', ['"tags" must be a map, found a string']],
  ['an unknown block', 'vpc_id = "v"\n egress {\n a = 1\n }', ['no argument or block "egress"']],
  ['what can only be read', 'vpc_id = "v"\n arn = "x"', ['"arn" can only be read']],
  ['a block with "="', 'vpc_id = "v"\n timeouts = { create = "1m" }', ['"timeouts" is a block, without "="']],
  [
    'a block that stands twice',
    'vpc_id = "v"\n timeouts {\n create = "1m"\n }\n timeouts {\n create = "2m"\n }',
    ['block "timeouts" may appear once'],
  ],
  ['lifecycle', 'vpc_id = "v"\n lifecycle {\n prevent = true\n }', ['no argument or block "prevent"']],
  ['what is to be ignored', 'vpc_id = "v"\n lifecycle {\n ignore_changes = [tag]\n }', ['"tag" to ignore']],
  ['each without for_each', 'vpc_id = each.value', ['each.value without for_each']],
  ['a function', 'vpc_id = jion("-", [])', ['no function "jion"']],
])('in a resource, %s is found', async (_what, body, found) => {
  const got = await problems(subnet(body))
  expect(got).toHaveLength(found.length)
  for (const [index, part] of found.entries()) expect(got[index]).toContain(part)
})

test('arguments of nested and of dynamic blocks are held against the schema too', async () => {
  const text = `
    resource "aws_lb_target_group" "g" {
      health_check {
        pth = "/"
      }
    }
    resource "aws_ecs_service" "s" {
      name = "s"
      dynamic "load_balancer" {
        for_each = [1]
        content {
          container_name = load_balancer.valu
          containr_port  = 1
        }
      }
    }`
  expect(await problems(text)).toEqual([
    'main: aws_ecs_service.s.load_balancer: no argument or block "containr_port"',
    'main: aws_ecs_service.s.load_balancer: "container_port" is missing',
    'main: aws_lb_target_group.g.health_check: no argument or block "pth"',
    'main: aws_ecs_service.s: load_balancer.valu: an iterator has key and value',
  ])
})

test.each([
  ['var.nowhere', 'no variable "nowhere"'],
  ['local.nowhere', 'no local "nowhere"'],
  ['module.nowhere.x', 'no module "nowhere"'],
  ['aws_sns_topic.nowhere.arn', 'nothing is declared as aws_sns_topic.nowhere.arn'],
  ['data.aws_region.nowhere.name', 'nothing is declared as data.aws_region.nowhere.name'],
  ['aws_sns_topic.t.urn', 'no attribute "urn"'],
  ['aws_sns_topic.t[0].arn', 'there is one, without an index'],
  ['count.index', 'count.index without count'],
  ['nonsense', 'nothing is declared as nonsense'],
])('the reference %s is found to lead nowhere', async (reference, found) => {
  const got = await problems(`${queue}output "o" {\n  value = ${reference}\n}`)
  expect(got).toHaveLength(1)
  expect(got[0]).toContain(found)
})

test('of several there must be an index, and an attribute is held against the type', async () => {
  const many = 'resource "aws_sns_topic" "t" {\n  count = 2\n  name  = "t"\n}\n'
  expect(await problems(`${many}output "o" {\n  value = aws_sns_topic.t.arn\n}`)).toEqual([
    'main: output.o: aws_sns_topic.t.arn: there are several, an index must say which',
  ])
  expect(await problems(`${many}output "o" {\n  value = aws_sns_topic.t[*].urn\n}`)).toEqual([
    'main: output.o: aws_sns_topic.t[…].urn: no attribute "urn"',
  ])
})

test('calls of modules are held against their variables and outputs', async () => {
  const called =
    'variable "a" {\n type = string\n description = "a"\n}\nvariable "b" {\n type = list(string)\n description = "b"\n}\n' +
    'output "o" {\n value = "${var.a}${var.b[0]}"\n}'
  const text =
    'module "m" {\n source = "./m"\n b = "x"\n c = 1\n}\nmodule "n" {\n source = "./n"\n}\n' +
    'output "o" {\n value = module.m.p\n}'
  expect(await problems(text, { 'main/m': called })).toEqual([
    'main: module.m: "b" must be a list of simple values, found a string',
    'main: module.m: the module has no variable "c"',
    'main: module.m: "a" is missing',
    'main: module.n: no module at "./n"',
    'main: output.o: module "m" has no output "p"',
  ])
})

test('what is declared is used, has a type and is declared once', async () => {
  expect(await problems('variable "a" {\n default = 1\n}\nlocals {\n b = 1\n}\nlocals {\n b = 2\n}')).toEqual([
    'main: local "b" is declared twice',
    'main: variable.a: "type" is missing',
    'main: variable.a: "description" is missing',
    'main: var.a is never used',
    'main: local.b is never used',
  ])
  expect(await problems('variable "a" {\n type = number\n description = "a"\n default = "x"\n}\n')).toContain(
    'main: variable.a: "default" must be a number, found a string',
  )
})

test('a type that the kept schema does not have is named', async () => {
  expect(await problems('resource "aws_lb_targt_group" "x" {}')).toEqual([
    'main: aws_lb_targt_group.x: no such type in schema/providers.json (generate-schema.ts reads new ones)',
  ])
})

test('what cannot be parsed is a problem, with its place', async () => {
  const [problem] = await problems('resource "a" "b" { x = ')
  expect(problem).toContain('main/main.tf')
})

test('nothing is open that need not be', async () => {
  const rule = (port: number) => `resource "aws_vpc_security_group_ingress_rule" "r" {
    security_group_id = "g"
    cidr_ipv4         = "0.0.0.0/0"
    ip_protocol       = "tcp"
    from_port         = ${port}
    to_port           = ${port}
  }`
  expect(await problems(rule(443))).toEqual([])
  expect(await problems(rule(5432))).toEqual([
    'main: aws_vpc_security_group_ingress_rule.r: only 80 and 443 are open to the world',
  ])
  const policy = 'data "aws_iam_policy_document" "p" {\n statement {\n actions = ["s3:*"]\n resources = ["*"]\n }\n}\n'
  expect(await problems(`${policy}output "o" {\n value = data.aws_iam_policy_document.p.json\n}`)).toEqual([
    'main: p: action "s3:*" allows everything',
  ])
})

test('the files of infra/terraform have no problem, and the kept schema has every type they use', async () => {
  expect(problemsOf(await readModules(TERRAFORM), schema)).toEqual([])
})

test('the files of infra/terraform are laid out', () => {
  const files = readdirSync(TERRAFORM, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tf'))
  const texts = files.map((name) => readFileSync(join(TERRAFORM, name), 'utf8'))
  expect(files.filter((_, index) => texts[index] !== laidOut(texts[index] ?? ''))).toEqual([])
})

/** What the bindings do not describe: the statements of a firewall's rule. */
const isOpaque = (type: string, path: readonly string[]) => type === 'aws_wafv2_web_acl' && path.includes('statement')
/** What stands in a map has names of the writer's choice. */
const isChosen = (path: readonly string[]) => ['tags', 'variables', 'dimensions', 'dynamic'].includes(path.at(-1) ?? '')

/** A body with one argument or block, of all that there are, under a name that there is not. */
function* misspelt(type: string, body: Values, path: readonly string[] = []): Generator<[string, Values]> {
  for (const [name, value] of Object.entries(body)) {
    const here = [...path, name]
    if (isOpaque(type, here)) continue
    if (!isChosen(path)) {
      const renamed = Object.entries(body).map(([key, one]) => [key === name ? `${key}_x` : key, one] as const)
      yield [here.join('.'), Object.fromEntries(renamed)]
    }
    if (!Array.isArray(value)) continue
    for (const [index, one] of (value as readonly Value[]).entries()) {
      if (!isValues(one)) continue
      for (const [what, changed] of misspelt(type, one, here)) {
        yield [what, { ...body, [name]: (value as readonly Value[]).with(index, changed) }]
      }
    }
  }
}

/** A body with one reference, of all that there are, to something that there is not. */
function* astray(body: Values): Generator<[string, Values]> {
  const text = JSON.stringify(body)
  for (const found of text.matchAll(/(?<=[{ (!])(?:var|local|module|each|aws_\w+|data\.\w+)\.\w+/g)) {
    const end = found.index + found[0].length
    yield [found[0], JSON.parse(`${text.slice(0, end)}_x${text.slice(end)}`) as Values]
  }
}

test('in the real files no argument or block is misspelt and no reference goes astray unseen', async () => {
  const modules = await readModules(TERRAFORM)
  const unseen: string[] = []
  let tried = 0
  for (const module of modules) {
    for (const [index, item] of module.resource.entries()) {
      for (const [what, body] of [...misspelt(item.type, item.body), ...astray(item.body)]) {
        tried += 1
        const changed: Module = { ...module, resource: module.resource.with(index, { ...item, body }) }
        if (moduleProblems(changed, modules, schema).length > 0) continue
        unseen.push(`${module.path}: ${item.type}.${item.name}: ${what}`)
      }
    }
  }
  expect(unseen).toEqual([])
  expect(tried).toBeGreaterThan(1_000)
})
