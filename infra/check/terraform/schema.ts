import { readFileSync } from 'node:fs'

/** The kind of a value, as far as a literal shows it: `list` contains simple values; `any` is not checked. */
export type Kind = 'string' | 'number' | 'bool' | 'list' | 'objects' | 'map' | 'object' | 'any'

export interface Attribute {
  readonly kind: Kind
  readonly required?: true
  /** Read-only: set by the provider. */
  readonly readOnly?: true
  /** Of an object, or of the objects in a list. */
  readonly fields?: readonly string[]
}

export interface Block extends Body {
  readonly required?: true
  /** At most one such block. */
  readonly single?: true
}

export interface Body {
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly blocks: Readonly<Record<string, Block>>
}

/** The providers' own schema of the types in use, written by `generate-schema.ts`. */
export interface Schema {
  /** Version of each provider that the schema was read from. */
  readonly providers: Readonly<Record<string, string>>
  readonly resource: Readonly<Record<string, Body>>
  readonly data: Readonly<Record<string, Body>>
}

export const SCHEMA_FILE = new URL('../../terraform/schema/providers.json', import.meta.url)

export const readSchema = (): Schema => JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as Schema
