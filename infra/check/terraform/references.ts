import { namesIn, type Reference } from './expressions.ts'
import { isValues, listed, textOf, type Item, type Module, type Value, type Values } from './module.ts'
import type { Body, Schema } from './schema.ts'

/** The Terraform functions used here, to detect misspelled ones. */
const FUNCTIONS = new Set(
  `abs ceil chomp cidrhost dirname cidrsubnet coalesce compact concat contains distinct endswith file flatten floor format
  formatlist join jsondecode jsonencode keys length lower lookup max merge min one range regex replace reverse setproduct
  sha256 slice sort split startswith substr sum templatefile toset tostring tonumber tobool tolist tomap trim trimprefix
  trimsuffix try upper values zipmap`.split(/\s+/),
)

/** The names in scope of an expression. */
interface Place {
  readonly where: string
  readonly hasEach: boolean
  readonly hasCount: boolean
  /** Iterators of the enclosing `dynamic` blocks. */
  readonly iterators: readonly string[]
}

export interface Surroundings {
  readonly module: Module
  /** The module behind each `module` block; undefined if its source is not a local folder. */
  readonly called: ReadonlyMap<string, Module | undefined>
  readonly schema: Schema
}

/** Checks that every name in a module's expressions is declared, and that every declaration is used. */
export function referenceProblems(surroundings: Surroundings): string[] {
  const { module } = surroundings
  const problems: string[] = []
  const used = new Set<string>()

  const look = (value: Value, place: Place): void => {
    if (typeof value === 'string') {
      const { references, functions } = namesIn(value)
      for (const name of functions) {
        if (!FUNCTIONS.has(name)) problems.push(`${place.where}: no function "${name}" is known`)
      }
      for (const reference of references) {
        used.add(reference.slice(0, reference[0] === 'data' ? 3 : 2).join('.'))
        const problem = problemOf(reference, place, surroundings)
        if (problem !== undefined) problems.push(`${place.where}: ${problem}`)
      }
    } else if (Array.isArray(value)) for (const one of value as readonly Value[]) look(one, place)
    else if (isValues(value)) lookInside(value, place)
  }
  const lookInside = (body: Values, place: Place): void => {
    for (const [name, value] of Object.entries(body)) {
      if (name === 'lifecycle') for (const one of listed(value)) look(withoutIgnored(one), place)
      else if (name === 'dynamic' && isValues(value)) {
        for (const [label, uses] of Object.entries(value)) lookDynamic(label, uses, place)
      } else look(value, place)
    }
  }
  const lookDynamic = (label: string, uses: Value, place: Place): void => {
    for (const use of listed(uses)) {
      if (!isValues(use)) continue
      look(use['for_each'] ?? null, place)
      const iterator = /\w+/.exec(textOf(use['iterator']))?.[0] ?? label
      look(use['content'] ?? null, { ...place, iterators: [...place.iterators, iterator] })
    }
  }
  const lookItem = (body: Values, where: string): void => {
    const { for_each, count, ...rest } = body
    const outside = { where, hasEach: false, hasCount: false, iterators: [] }
    look(for_each ?? null, outside)
    look(count ?? null, outside)
    look(rest, { ...outside, hasEach: for_each !== undefined, hasCount: count !== undefined })
  }

  const { path } = module
  for (const { type, name, body } of module.resource) lookItem(body, `${path}: ${type}.${name}`)
  for (const { type, name, body } of module.data) lookItem(body, `${path}: data.${type}.${name}`)
  for (const [name, body] of module.calls) {
    const { source: _source, version: _version, providers: _providers, ...rest } = body
    lookItem(rest, `${path}: module.${name}`)
  }
  for (const [name, value] of module.locals) lookItem({ value }, `${path}: local.${name}`)
  for (const [name, body] of module.outputs) lookItem(body, `${path}: output.${name}`)
  for (const [name, { type: _type, ...rest }] of module.variables) lookItem(rest, `${path}: variable.${name}`)
  for (const [name, bodies] of module.providers) for (const body of bodies) lookItem(body, `${path}: provider.${name}`)

  const declared = [
    ...[...module.variables.keys()].map((name) => `var.${name}`),
    ...[...module.locals.keys()].map((name) => `local.${name}`),
    ...module.data.map(({ type, name }) => `data.${type}.${name}`),
  ]
  problems.push(...declared.filter((name) => !used.has(name)).map((name) => `${path}: ${name} is never used`))
  return problems
}

function withoutIgnored(lifecycle: Value): Value {
  if (!isValues(lifecycle)) return lifecycle
  const { ignore_changes: _ignored, ...rest } = lifecycle
  return rest
}

function problemOf(reference: Reference, place: Place, surroundings: Surroundings): string | undefined {
  const { module, schema } = surroundings
  const [head = '', name = ''] = reference
  const text = reference.join('.').replaceAll('.[]', '[…]')
  switch (head) {
    case 'var':
      return module.variables.has(name) ? undefined : `no variable "${name}"`
    case 'local':
      return module.locals.has(name) ? undefined : `no local "${name}"`
    case 'module':
      return callProblem(reference, text, surroundings)
    case 'data':
      return itemProblem(module.data, schema.data, reference.slice(1), text)
    case 'each':
      if (!place.hasEach) return `${text} without for_each`
      return name === 'key' || name === 'value' ? undefined : `${text}: each has key and value`
    case 'count':
      return place.hasCount && name === 'index' ? undefined : `${text} without count`
    case 'path':
      return ['module', 'root', 'cwd'].includes(name) ? undefined : `no ${text}`
    default:
      if (place.iterators.includes(head)) {
        return name === 'key' || name === 'value' ? undefined : `${text}: an iterator has key and value`
      }
      return itemProblem(module.resource, schema.resource, reference, text)
  }
}

function callProblem(reference: Reference, text: string, { module, called }: Surroundings): string | undefined {
  const [, name = '', ...rest] = reference
  const call = module.calls.get(name)
  if (call === undefined) return `no module "${name}"`
  const [output] = afterIndex(rest)
  const indexed = indexProblem(call, rest, text)
  if (indexed !== undefined) return indexed
  const target = called.get(name)
  const isKnown = output === undefined || target === undefined || target.outputs.has(output)
  return isKnown ? undefined : `module "${name}" has no output "${output}"`
}

function itemProblem(
  items: readonly Item[],
  schema: Readonly<Record<string, Body>>,
  [type = '', name = '', ...rest]: Reference,
  text: string,
): string | undefined {
  const item = items.find((one) => one.type === type && one.name === name)
  if (item === undefined) return `nothing is declared as ${text}`
  const indexed = indexProblem(item.body, rest, text)
  if (indexed !== undefined) return indexed
  const body = schema[type]
  const path = afterIndex(rest)
  return body === undefined || path.length === 0 ? undefined : pathProblem(body, path, text)
}

/** A resource with count or for_each needs an index, any other must not have one. */
function indexProblem(body: Values, rest: Reference, text: string): string | undefined {
  const isMany = 'for_each' in body || 'count' in body
  if (isMany && rest.length > 0 && rest[0] !== '[]') return `${text}: there are several, an index must say which`
  return !isMany && rest[0] === '[]' ? `${text}: there is one, without an index` : undefined
}

const afterIndex = (path: Reference): Reference => (path[0] === '[]' ? path.slice(1) : path)

function pathProblem({ attributes, blocks }: Body, path: Reference, text: string): string | undefined {
  const [name = '', ...rest] = path
  const block = blocks[name]
  const inner = afterIndex(rest)
  if (block !== undefined) return inner.length === 0 ? undefined : pathProblem(block, inner, text)
  const attribute = attributes[name]
  if (attribute === undefined) return `${text}: no attribute "${name}"`
  const [field] = inner
  const isKnown = field === undefined || attribute.fields === undefined || attribute.fields.includes(field)
  return isKnown ? undefined : `${text}: no attribute "${field}"`
}
