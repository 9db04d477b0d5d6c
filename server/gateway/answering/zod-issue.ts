import type { InvalidRule } from '@valiant/shared/protocol/errors'
import type { z } from 'zod'
import { foundText, invalid, type RequestFailure } from './wire-error.ts'

/** What the first thing that is wrong with a payload breaks, as INVALID. */
export function fieldFailure(error: z.ZodError, payload: unknown): RequestFailure {
  const [issue] = error.issues
  if (issue === undefined) throw new Error('a payload that does not parse has an issue')
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const field = [...issue.path.map(String), key].join('.')
    return invalid(field, 'unknown', { expected: 'no field of this name' })
  }
  const value = valueAt(payload, issue.path)
  const { rule, expected } = broken(issue, value)
  return invalid(issue.path.map(String).join('.'), rule, { expected, found: foundText(value) })
}

/** The value at a path of the payload, which may be hostile: own properties alone. */
function valueAt(payload: unknown, path: readonly PropertyKey[]): unknown {
  let value = payload
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

function broken(issue: z.core.$ZodIssue, value: unknown): { rule: InvalidRule; expected: string } {
  const missing = value === undefined
  switch (issue.code) {
    case 'invalid_type':
      return { rule: missing ? 'required' : 'type', expected: typeName(issue.expected) }
    case 'invalid_value':
      return choice(issue.values, value)
    case 'invalid_union': {
      const issues = issue.errors.flat()
      const values = issues.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []))
      const format = issues.find((inner) => inner.code === 'invalid_format')
      if (format === undefined) {
        // Of values and more than values: the schema itself says of what.
        const isOfTypes = issues.some((inner) => inner.code === 'invalid_type')
        return isOfTypes ? { rule: missing ? 'required' : 'type', expected: issue.message } : choice(values, value)
      }
      return { rule: missing ? 'required' : 'format', expected: [...values.map(literal), format.message].join(' or ') }
    }
    case 'invalid_format':
      return { rule: 'format', expected: issue.message }
    case 'too_big':
      return { rule: 'max', expected: `at most ${issue.maximum}${countOf(issue.origin, issue.maximum)}` }
    case 'too_small':
      return { rule: 'min', expected: `at least ${issue.minimum}${countOf(issue.origin, issue.minimum)}` }
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return { rule: 'format', expected: issue.message }
  }
}

function choice(values: readonly unknown[], value: unknown): { rule: InvalidRule; expected: string } {
  const expected = values.length === 1 ? literal(values[0]) : `one of ${values.map(literal).join(', ')}`
  if (value === undefined) return { rule: 'required', expected }
  return { rule: typeof value === typeof values[0] ? 'unknown' : 'type', expected }
}

const literal = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))
const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: [' character', ' characters'],
  array: [' element', ' elements'],
  json: [' byte of JSON', ' bytes of JSON'],
}
const countOf = (origin: string, count: number | bigint): string => COUNTED[origin]?.[Number(count) === 1 ? 0 : 1] ?? ''

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
}
const typeName = (expected: string): string => TYPE_NAMES[expected] ?? expected
