import type { InvalidRule } from '@valiant/shared/protocol/errors'
import { z } from 'zod'
import { SYMBOL_PATTERN } from '@valiant/shared/protocol/fields'
import { DECIMAL_PATTERN } from '@valiant/shared/units/decimal'
import { foundText, invalid, type RequestFailure } from './wire-error.ts'

/**
 * The first issue of a payload, as INVALID.
 * @param schema the payload was parsed by it; names the fields that exist
 */
export function fieldFailure(error: z.ZodError, payload: unknown, schema: z.ZodType): RequestFailure {
  const [issue] = error.issues
  if (issue === undefined) throw new Error('a payload that does not parse has an issue')
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const field = [...issue.path.map(String), key].join('.')
    return invalid(field, 'unknown', { expected: fieldsAt(schema, issue.path), found: foundText(key) })
  }
  const value = valueAt(payload, issue.path)
  const { rule, expected } = broken(issue, value)
  return invalid(issue.path.map(String).join('.'), rule, { expected, found: foundText(value) })
}

/** The fields that an object of the schema has, in a sentence. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string {
  let at: unknown = schema
  for (const key of path) {
    const object = withoutOptional(at)
    at = object instanceof z.ZodObject ? Reflect.get(object.shape, key) : undefined
  }
  const object = withoutOptional(at)
  const names = object instanceof z.ZodObject ? Object.keys(object.shape) : []
  return names.length === 0 ? 'no fields' : `one of the fields ${names.join(', ')}`
}

const withoutOptional = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? schema.unwrap() : schema)

/** The value at a path of a payload that may be hostile: own properties only. */
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
      return { rule: missing ? 'required' : 'type', expected: typeName(issue.expected, value) }
    case 'invalid_value':
      return choice(issue.values, value)
    case 'invalid_union': {
      const issues = issue.errors.flat()
      const values = issues.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []))
      const format = issues.find((inner) => inner.code === 'invalid_format')
      if (format === undefined) {
        // The union has other members than literals: the schema's own message describes it.
        const isOfTypes = issues.some((inner) => inner.code === 'invalid_type')
        return isOfTypes ? { rule: missing ? 'required' : 'type', expected: issue.message } : choice(values, value)
      }
      return { rule: missing ? 'required' : 'format', expected: [...values.map(literal), format.message].join(' or ') }
    }
    case 'invalid_format':
      // A symbol that no instrument could have does not exist, as one that none has.
      return { rule: isOfSymbols(issue) ? 'unknown' : 'format', expected: issue.message }
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
  number: 'an integer', // requests have no other numbers, and this is what zod calls the type of one that is text
  int: 'an integer',
  boolean: 'true or false',
}
/** Decimals are strings, and a number in the place of one is the commonest mistake: the message shows what to send. */
function typeName(expected: string, value: unknown): string {
  const name = TYPE_NAMES[expected] ?? expected
  const isDecimal = expected === 'string' && typeof value === 'number' && DECIMAL_PATTERN.test(String(value))
  return isDecimal ? `${name} such as "${value}"` : name
}

const isOfSymbols = (issue: z.core.$ZodIssueInvalidStringFormat): boolean => issue.pattern === String(SYMBOL_PATTERN)
