import type { JsonSchema } from '@valiant/shared/protocol/json-schemas'

type AnySchema = JsonSchema | boolean | undefined

export interface FieldText {
  readonly name: string
  readonly isRequired: boolean
  readonly type: string
  readonly about: string
}

/** The fields of an object as the reference lists them; none for other types. */
export function fieldsOf(schema: JsonSchema): FieldText[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    isRequired: schema.required?.includes(name) === true,
    type: typeText(field),
    about: typeof field === 'object' ? (field.description ?? '') : '',
  }))
}

/** A schema in a few words: `Order`, `"buy" | "sell"`, `[Time, Decimal]`, `Fill[]`. A `$ref` is shown by its name. */
export function typeText(schema: AnySchema): string {
  if (schema === undefined || typeof schema === 'boolean') return 'any'
  if (schema.$ref !== undefined) return schema.$ref
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' | ')
  if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(typeText).join(', ')}]`
  if (schema.type === 'array') return listText(schema.items)
  if (schema.type === 'object' && schema.properties === undefined) return recordText(schema.additionalProperties)
  if (schema.type === 'object') {
    return `{${fieldsOf(schema)
      .map(({ name, isRequired, type }) => `${name}${isRequired ? '' : '?'}: ${type}`)
      .join(', ')}}`
  }
  return typeof schema.type === 'string' ? schema.type : 'any'
}

const listText = (items: unknown): string => {
  const text = typeText(items as AnySchema)
  return text.includes(' | ') ? `(${text})[]` : `${text}[]`
}
const recordText = (values: AnySchema): string => (typeof values === 'object' ? `{[key]: ${typeText(values)}}` : '{}')
