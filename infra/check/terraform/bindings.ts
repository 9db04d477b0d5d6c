import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Attribute, Block, Body, Kind } from './schema.ts'

/** One argument as the bindings write it out: its kind, and the table of its fields where it has some. */
interface Written {
  readonly isBlock: boolean
  /** A list of structures, not one. */
  readonly isMany: boolean
  readonly type: string
  readonly storage: string
  /** Property of the interface. */
  readonly property: string | undefined
  /** Function that writes its fields out. */
  readonly writer: string | undefined
}

/**
 * What the published bindings of one resource or data source say of it. `index.js` has the names in Terraform's
 * spelling, what is a block and what is nested in what; `index.d.ts` says what is required, by `?`.
 */
export function readBindings(folder: string): Body {
  const parse = (name: string) =>
    ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest, true)
  const code = parse('index.js')
  const required = requiredIn(parse('index.d.ts'))
  const tables = tablesIn(code)
  const classes = classesIn(code)

  const bodyOf = (table: string, seen: readonly string[]) => {
    const attributes: Record<string, Attribute> = {}
    const blocks: Record<string, Block> = {}
    const isRequired = required.get(table) ?? new Set()
    for (const [name, written] of tables.get(table) ?? []) {
      const must = written.property !== undefined && isRequired.has(written.property) ? { required: true as const } : {}
      const { writer } = written
      const isOpen = writer !== undefined && tables.has(writer) && !seen.includes(writer)
      if (isOpen && written.isBlock) {
        const single = written.isMany ? {} : { single: true as const }
        blocks[name] = { ...must, ...single, ...bodyOf(writer, [...seen, writer]) }
      } else {
        attributes[name] = { kind: kindOf(written, isOpen), ...must }
      }
    }
    return { attributes, blocks }
  }

  const { attributes, blocks } = bodyOf('', [])
  for (const [name, { kind, of }] of classes.get(classOf(code)) ?? []) {
    if (name in attributes || name in blocks) continue
    const fields = of === undefined ? undefined : [...(classes.get(of)?.keys() ?? [])]
    attributes[name] = { kind, readOnly: true, ...(fields && { fields }) }
  }
  // The bindings let every resource's id be written; only data sources are looked up by theirs.
  if (!folder.includes('/data-')) attributes['id'] = { kind: 'string', readOnly: true }
  return { attributes, blocks }
}

function kindOf({ type, storage }: Written, isStructure: boolean): Kind {
  if (isStructure) return type === 'struct' ? 'object' : 'objects'
  if (type === 'list' || type === 'set') return /^(string|number|boolean)List$/.test(storage) ? 'list' : 'objects'
  if (type === 'map') return 'map'
  if (storage === 'string' || storage === 'number') return storage
  return storage === 'boolean' ? 'bool' : 'any'
}

/** By the name that their writer has: the interface's name with a small first letter, and '' for the whole. */
function requiredIn(source: ts.SourceFile): Map<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>()
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return
    const isWhole = node.heritageClauses?.some((clause) => clause.getText().includes('TerraformMetaArguments')) ?? false
    const name = node.name.text
    const required = node.members
      .filter(ts.isPropertySignature)
      .filter((member) => member.questionToken === undefined)
      .map((member) => member.name.getText())
    found.set(isWhole ? '' : name.charAt(0).toLowerCase() + name.slice(1), new Set(required))
  })
  return found
}

/** What each writer writes: `xToHclTerraform` under x, the whole under ''. */
function tablesIn(source: ts.SourceFile): Map<string, Map<string, Written>> {
  const tables = new Map<string, Map<string, Written>>()
  const visit = (node: ts.Node, owner: string | undefined): void => {
    let name = owner
    if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name !== undefined) {
      const text = node.name.getText()
      name = text === 'synthesizeHclAttributes' ? '' : /^(\w+)ToHclTerraform$/.exec(text)?.[1]
    }
    if (name !== undefined && ts.isVariableDeclaration(node) && node.name.getText() === 'attrs') {
      const { initializer } = node
      if (initializer !== undefined && ts.isObjectLiteralExpression(initializer)) tables.set(name, tableOf(initializer))
    }
    node.forEachChild((child) => visit(child, name))
  }
  visit(source, undefined)
  return tables
}

function tableOf(table: ts.ObjectLiteralExpression): Map<string, Written> {
  const written = new Map<string, Written>()
  for (const row of table.properties) {
    if (!ts.isPropertyAssignment(row) || !ts.isObjectLiteralExpression(row.initializer)) continue
    const texts = new Map(
      row.initializer.properties
        .filter(ts.isPropertyAssignment)
        .map((field) => [field.name.getText(), field.initializer.getText().replaceAll('"', '')]),
    )
    const value = texts.get('value') ?? ''
    const writer = /(\w+)ToHclTerraform/.exec(value.replaceAll('cdktf.', 'cdktf_'))?.[1]
    written.set(row.name.getText(), {
      isBlock: texts.get('isBlock') === 'true',
      isMany: value.includes('listMapperHcl('),
      type: texts.get('type') ?? '',
      storage: texts.get('storageClassType') ?? '',
      property: /(?:struct\.|this\._)(\w+?)(?:\.internalValue)?\)?$/.exec(value)?.[1],
      writer: writer?.startsWith('cdktf_') === true ? undefined : writer,
    })
  }
  return written
}

interface Readable {
  readonly kind: Kind
  /** Class of its fields. */
  readonly of?: string
}

const READERS: Readonly<Record<string, Kind>> = {
  String: 'string',
  Number: 'number',
  Boolean: 'bool',
  List: 'list',
  NumberList: 'list',
  StringMap: 'map',
  BooleanMap: 'map',
  NumberMap: 'map',
  AnyMap: 'map',
}

/** What can be read of each class, in Terraform's spelling. */
function classesIn(source: ts.SourceFile): Map<string, Map<string, Readable>> {
  const classes = new Map<string, Map<string, Readable>>()
  source.forEachChild((node) => {
    if (!ts.isClassDeclaration(node) || node.name === undefined) return
    const text = node.getText()
    const simple = [...text.matchAll(/get(\w+?)Attribute\('(\w+)'\)/g)].map(
      ([, reader = '', name = '']): [string, Readable] => [name, { kind: READERS[reader] ?? 'any' }],
    )
    const nested = [...text.matchAll(/new (\w+?)(List|OutputReference|Map)\(this, "(\w+)"/g)].map(
      ([, of = '', shape = '', name = '']): [string, Readable] => [
        name,
        of === 'cdktf'
          ? { kind: 'any' }
          : { kind: shape === 'List' ? 'objects' : 'object', of: `${of}OutputReference` },
      ],
    )
    const sets = [...text.matchAll(/cdktf\.Fn\.tolist\(this\.getListAttribute\('(\w+)'\)\)/g)].map(
      ([, name = '']): [string, Readable] => [name, { kind: 'list' }],
    )
    const maps = [...text.matchAll(/new cdktf\.(StringMap|BooleanMap)(List)?\(this, "(\w+)"/g)].map(
      ([, , isList, name = '']): [string, Readable] => [name, { kind: isList === undefined ? 'map' : 'list' }],
    )
    classes.set(node.name.text, new Map([...simple, ...sets, ...nested, ...maps]))
  })
  return classes
}

/** The class of the resource itself: the one that writes the whole. */
function classOf(source: ts.SourceFile): string {
  let name = ''
  source.forEachChild((node) => {
    if (!ts.isClassDeclaration(node) || node.name === undefined) return
    const isWhole = node.members.some((member) => member.name?.getText() === 'synthesizeHclAttributes')
    if (isWhole) name = node.name.text
  })
  return name
}
