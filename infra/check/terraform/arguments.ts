import { isValues, listed, textOf, type Value, type Values } from './module.ts'
import type { Attribute, Body, Kind } from './schema.ts'

/** Meta-arguments of every resource and data source. */
const OF_EVERY_RESOURCE = ['count', 'for_each', 'depends_on', 'lifecycle', 'provider']
const OF_LIFECYCLE: Body = {
  attributes: {
    create_before_destroy: { kind: 'bool' },
    prevent_destroy: { kind: 'bool' },
    ignore_changes: { kind: 'any' },
    replace_triggered_by: { kind: 'list' },
  },
  blocks: {
    precondition: { attributes: { condition: mustBe('any'), error_message: mustBe('string') }, blocks: {} },
    postcondition: { attributes: { condition: mustBe('any'), error_message: mustBe('string') }, blocks: {} },
  },
}

function mustBe(kind: Kind): Attribute {
  return { kind, required: true }
}

/**
 * Checks the body of a resource or data source against its provider's schema.
 * @param where its name in messages
 */
export function argumentProblems(body: Values, schema: Body, where: string): string[] {
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !OF_EVERY_RESOURCE.includes(name)))
  const lifecycle = listed(body['lifecycle']).flatMap((one) =>
    isValues(one)
      ? [...bodyProblems(one, OF_LIFECYCLE, `${where}.lifecycle`), ...ignoredProblems(one, schema, where)]
      : [],
  )
  return [...bodyProblems(own, schema, where), ...lifecycle]
}

function bodyProblems(body: Values, { attributes, blocks }: Body, where: string): string[] {
  const problems: string[] = []
  const dynamic = isValues(body['dynamic']) ? body['dynamic'] : {}
  for (const [name, value] of Object.entries(body)) {
    const attribute = attributes[name]
    const block = blocks[name]
    if (name === 'dynamic') continue
    if (block !== undefined) problems.push(...blockProblems(name, value, block, where))
    else if (attribute === undefined) problems.push(`${where}: no argument or block "${name}"`)
    else if (attribute.readOnly === true) problems.push(`${where}: "${name}" can only be read`)
    else problems.push(...valueProblems(value, attribute.kind, `${where}: "${name}"`))
  }
  for (const [name, uses] of Object.entries(dynamic)) {
    const block = blocks[name]
    if (block === undefined) problems.push(`${where}: no block "${name}" for dynamic`)
    else for (const use of listed(uses)) problems.push(...dynamicProblems(use, block, `${where}.${name}`))
  }
  const isMissing = (name: string) => !(name in body) && !(name in dynamic)
  for (const [name, { required }] of [...Object.entries(attributes), ...Object.entries(blocks)]) {
    if (required === true && isMissing(name)) problems.push(`${where}: "${name}" is missing`)
  }
  return problems
}

function blockProblems(name: string, value: Value, block: Body & { single?: true }, where: string): string[] {
  if (!Array.isArray(value)) return [`${where}: "${name}" is a block, without "="`]
  const bodies = listed(value)
  const tooMany = block.single === true && bodies.length > 1 ? [`${where}: block "${name}" may appear once`] : []
  return [
    ...tooMany,
    ...bodies.flatMap((one) =>
      isValues(one) ? bodyProblems(one, block, `${where}.${name}`) : [`${where}: "${name}" is a block, without "="`],
    ),
  ]
}

function dynamicProblems(use: Value, block: Body, where: string): string[] {
  if (!isValues(use)) return [`${where}: dynamic without a body`]
  const unknown = Object.keys(use).filter((name) => !['for_each', 'iterator', 'content', 'labels'].includes(name))
  const content = listed(use['content'])
  return [
    ...unknown.map((name) => `${where}: no argument or block "${name}" in dynamic`),
    ...('for_each' in use ? [] : [`${where}: "for_each" is missing in dynamic`]),
    ...(content.length === 1 ? [] : [`${where}: dynamic must have one "content"`]),
    ...content.flatMap((one) => (isValues(one) ? bodyProblems(one, block, where) : [])),
  ]
}

/** Arguments in `ignore_changes` must exist. */
function ignoredProblems(lifecycle: Values, { attributes, blocks }: Body, where: string): string[] {
  return listed(lifecycle['ignore_changes']).flatMap((one) => {
    const name = /^\$\{([\w-]+)/.exec(textOf(one))?.[1]
    const isKnown = name === undefined || name === 'all' || name in attributes || name in blocks
    return isKnown ? [] : [`${where}.lifecycle: no argument or block "${name}" to ignore`]
  })
}

/** @param what the value's name in messages */
export function valueProblems(value: Value, kind: Kind, what: string): string[] {
  const found = literalKind(value)
  if (found === undefined || kind === 'any' || accepts(kind, value, found)) return []
  return [`${what} must be ${NAMES[kind]}, found ${NAMES[found]}`]
}

const NAMES: Readonly<Record<Kind, string>> = {
  string: 'a string',
  number: 'a number',
  bool: 'a bool',
  list: 'a list of simple values',
  objects: 'a list of objects',
  map: 'a map',
  object: 'an object',
  any: 'anything',
}

/** The kind of a literal; undefined for an expression, whose kind is unknown before it is evaluated. */
function literalKind(value: Value): Kind | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return /^\$\{.*\}$/s.test(value) ? undefined : 'string'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return (value as readonly Value[]).some((one) => isValues(one)) ? 'objects' : 'list'
  return 'map'
}

/** Terraform converts between kinds of simple values if the text allows it. */
function accepts(kind: Kind, value: Value, found: Kind): boolean {
  switch (kind) {
    case 'string':
      return found === 'string' || found === 'number' || found === 'bool'
    case 'number':
      return found === 'number' || (typeof value === 'string' && (/\$\{/.test(value) || /^-?\d+(\.\d+)?$/.test(value)))
    case 'bool':
      return found === 'bool' || value === 'true' || value === 'false'
    case 'list':
      return found === 'list'
    case 'objects':
      return found === 'list' || found === 'objects'
    case 'map':
    case 'object':
      return found === 'map'
    case 'any':
      return true
  }
}

/** The kind declared by a variable's `type`. */
export function kindOfType(type: Value | undefined): Kind {
  const text = typeof type === 'string' ? type.replace(/^\$\{/, '') : ''
  const [, name = '', inner = ''] = /^(\w+)\s*(?:\(\s*(\w+))?/.exec(text) ?? []
  if (name === 'string' || name === 'number' || name === 'bool' || name === 'map' || name === 'object') return name
  if (name === 'list' || name === 'set') return ['string', 'number', 'bool'].includes(inner) ? 'list' : 'objects'
  return 'any'
}
