import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { parse } from '@cdktf/hcl2json'

/** A value from hcl2json: an expression is a string in `${}`, a block is an object in a list. */
export type Value = string | number | boolean | null | readonly Value[] | Values
export interface Values {
  readonly [name: string]: Value
}

export interface Item {
  readonly type: string
  readonly name: string
  readonly body: Values
}

/** One folder of .tf files. */
export interface Module {
  /** Its path in messages. */
  readonly path: string
  readonly resource: readonly Item[]
  readonly data: readonly Item[]
  readonly variables: ReadonlyMap<string, Values>
  readonly outputs: ReadonlyMap<string, Values>
  readonly locals: ReadonlyMap<string, Value>
  readonly calls: ReadonlyMap<string, Values>
  readonly providers: ReadonlyMap<string, readonly Values[]>
  readonly terraform: readonly Values[]
  /** Syntax errors and duplicate declarations. */
  readonly problems: readonly string[]
}

export const isValues = (value: Value | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A string itself; '' for anything else. */
export const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** A block's bodies, or whatever is in their place. */
export const listed = (value: Value | undefined): readonly Value[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly Value[]) : [value]

const bodiesOf = (value: Value | undefined): readonly Values[] => listed(value).filter((one) => isValues(one))
const entriesOf = (value: Value | undefined): [string, Value][] => (isValues(value) ? Object.entries(value) : [])

/** All folders under `root` that have .tf files, with paths relative to the folder above it. */
export async function readModules(root: string): Promise<Module[]> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.tf') && !file.split(sep).includes('.terraform'),
  )
  const folders = [...new Set(files.map((file) => dirname(file)))].sort()
  return Promise.all(
    folders.map((folder) => readModule(join(root, folder), relative(dirname(root), join(root, folder)))),
  )
}

const readModule = (folder: string, path: string): Promise<Module> =>
  parseModule(
    path,
    Object.fromEntries(
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((file) => file.endsWith('.tf'))
        .sort()
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    ),
  )

/** @param texts the .tf files of one folder, by name */
export async function parseModule(path: string, texts: Readonly<Record<string, string>>): Promise<Module> {
  const problems: string[] = []
  const resource: Item[] = []
  const data: Item[] = []
  const variables = new Map<string, Values>()
  const outputs = new Map<string, Values>()
  const locals = new Map<string, Value>()
  const calls = new Map<string, Values>()
  const providers = new Map<string, readonly Values[]>()
  const terraform: Values[] = []

  const keep = <Kept>(map: Map<string, Kept>, kind: string, name: string, value: Kept): void => {
    if (map.has(name)) problems.push(`${path}: ${kind} "${name}" is declared twice`)
    map.set(name, value)
  }
  const keepItems = (items: Item[], kind: string, value: Value | undefined): void => {
    for (const [type, byName] of entriesOf(value)) {
      for (const [name, bodies] of entriesOf(byName)) {
        const isTwice = listed(bodies).length > 1 || items.some((item) => item.type === type && item.name === name)
        if (isTwice) problems.push(`${path}: ${kind} ${type}.${name} is declared twice`)
        for (const body of bodiesOf(bodies).slice(0, 1)) items.push({ type, name, body })
      }
    }
  }
  const keepNamed = (map: Map<string, Values>, kind: string, value: Value | undefined): void => {
    for (const [name, bodies] of entriesOf(value)) {
      for (const body of bodiesOf(bodies)) keep(map, kind, name, body)
    }
  }

  for (const [file, text] of Object.entries(texts)) {
    const parsed = await parsedFile(join(path, file), text, problems)
    for (const [kind, value] of Object.entries(parsed)) {
      if (kind === 'resource') keepItems(resource, kind, value)
      else if (kind === 'data') keepItems(data, kind, value)
      else if (kind === 'variable') keepNamed(variables, kind, value)
      else if (kind === 'output') keepNamed(outputs, kind, value)
      else if (kind === 'module') keepNamed(calls, kind, value)
      else if (kind === 'locals') {
        for (const body of bodiesOf(value))
          for (const [name, one] of Object.entries(body)) keep(locals, 'local', name, one)
      } else if (kind === 'provider') {
        for (const [name, bodies] of entriesOf(value)) {
          providers.set(name, [...(providers.get(name) ?? []), ...bodiesOf(bodies)])
        }
      } else if (kind === 'terraform') terraform.push(...bodiesOf(value))
      else problems.push(`${join(path, file)}: no block "${kind}" is known here`)
    }
  }
  return { path, resource, data, variables, outputs, locals, calls, providers, terraform, problems }
}

async function parsedFile(file: string, text: string, problems: string[]): Promise<Values> {
  if (text.trim() === '') return {}
  try {
    return (await parse(file, text)) as Values
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`.trim())
    return {}
  }
}
