import { join } from 'node:path'
import { argumentProblems, kindOfType, valueProblems } from './arguments.ts'
import { textOf, type Module, type Values } from './module.ts'
import { referenceProblems } from './references.ts'
import { ruleProblems } from './rules.ts'
import type { Schema } from './schema.ts'

const OF_EVERY_CALL = ['source', 'version', 'providers', 'count', 'for_each', 'depends_on']
const OF_VARIABLE = ['type', 'default', 'description', 'validation', 'sensitive', 'nullable', 'ephemeral']
const OF_OUTPUT = ['value', 'description', 'sensitive', 'depends_on', 'precondition', 'ephemeral']

/**
 * All problems of modules that call each other: one sentence each, with its place. Only `terraform plan` can check what
 * only the providers know, such as allowed values.
 */
export function problemsOf(modules: readonly Module[], schema: Schema): string[] {
  return modules.flatMap((module) => moduleProblems(module, modules, schema))
}

/** @param modules include those that the module calls */
export function moduleProblems(module: Module, modules: readonly Module[], schema: Schema): string[] {
  const byPath = new Map(modules.map((one) => [one.path, one]))
  const called = new Map(
    [...module.calls].map(([name, call]) => [name, byPath.get(join(module.path, textOf(call['source'])))]),
  )
  return [
    ...module.problems,
    ...typeProblems(module, schema),
    ...declarationProblems(module),
    ...[...module.calls].flatMap(([name, call]) =>
      callProblems(call, called.get(name), `${module.path}: module.${name}`),
    ),
    ...referenceProblems({ module, called, schema }),
    ...ruleProblems(module),
  ]
}

function typeProblems(module: Module, schema: Schema): string[] {
  const ofKind = (kind: 'resource' | 'data') =>
    module[kind].flatMap(({ type, name, body }) => {
      const where = `${module.path}: ${kind === 'data' ? 'data.' : ''}${type}.${name}`
      const known = schema[kind][type]
      return known === undefined
        ? [`${where}: no such type in schema/providers.json (generate-schema.ts reads new ones)`]
        : [...argumentProblems(body, known, where), ...providerProblems(module, type, where)]
    })
  return [...ofKind('resource'), ...ofKind('data')]
}

/** Each module says itself which providers it needs. */
function providerProblems({ terraform }: Module, type: string, where: string): string[] {
  const provider = type.split('_')[0] ?? ''
  const isSaid = JSON.stringify(terraform.map((one) => one['required_providers'] ?? null)).includes(`"${provider}":`)
  return isSaid ? [] : [`${where}: required_providers does not have "${provider}"`]
}

function declarationProblems({ path, variables, outputs }: Module): string[] {
  const unknown = (body: Values, known: readonly string[], where: string) =>
    Object.keys(body)
      .filter((name) => !known.includes(name))
      .map((name) => `${where}: no argument "${name}"`)
  const problems: string[] = []
  for (const [name, body] of variables) {
    const where = `${path}: variable.${name}`
    problems.push(...unknown(body, OF_VARIABLE, where))
    if (!('type' in body)) problems.push(`${where}: "type" is missing`)
    if (!('description' in body)) problems.push(`${where}: "description" is missing`)
    problems.push(...valueProblems(body['default'] ?? null, kindOfType(body['type']), `${where}: "default"`))
  }
  for (const [name, body] of outputs) {
    problems.push(...unknown(body, OF_OUTPUT, `${path}: output.${name}`))
    if (!('value' in body)) problems.push(`${path}: output.${name}: "value" is missing`)
  }
  return problems
}

function callProblems(call: Values, target: Module | undefined, where: string): string[] {
  if (target === undefined) return [`${where}: no module at ${JSON.stringify(call['source'] ?? null)}`]
  const given = Object.entries(call).filter(([name]) => !OF_EVERY_CALL.includes(name))
  const required = [...target.variables].filter(([, body]) => !('default' in body)).map(([name]) => name)
  return [
    ...given.flatMap(([name, value]) => {
      const variable = target.variables.get(name)
      return variable === undefined
        ? [`${where}: the module has no variable "${name}"`]
        : valueProblems(value, kindOfType(variable['type']), `${where}: "${name}"`)
    }),
    ...required.filter((name) => !(name in call)).map((name) => `${where}: "${name}" is missing`),
  ]
}
