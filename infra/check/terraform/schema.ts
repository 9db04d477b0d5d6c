import { readFileSync } from 'node:fs'

/** What a value may be, as far as a literal shows it: `list` is of simple values; `any` is not looked into. */
export type Kind = 'string' | 'number' | 'bool' | 'list' | 'objects' | 'map' | 'object' | 'any'

export interface Attribute {
  readonly kind: Kind
  readonly required?: true
  /** Only the provider sets it: it may be read, not written. */
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

/** The providers' own description of the types that are used, made by `generate-schema.ts`. */
export interface Schema {
  /** Version of each provider that the rest was read from. */
  readonly providers: Readonly<Record<string, string>>
  readonly resource: Readonly<Record<string, Body>>
  readonly data: Readonly<Record<string, Body>>
}

export const SCHEMA_FILE = new URL('../../terraform/schema/providers.json', import.meta.url)

export const readSchema = (): Schema => JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as Schema
