import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const QUERIES = fileURLToPath(new URL('../../db/queries/', import.meta.url))
const FUNCTIONS = fileURLToPath(new URL('../../db/functions/', import.meta.url))
const WORDS_LENGTH_MAX = 60

/** Tokens of a statement: comments and spaces, identifiers given as parameters, values, words and single characters. */
const PIECES =
  /--[^\n]*|\/\*[^]*?\*\/|\s+|(?<identifier>\$\{\w+:name\}|"[^"]+")|(?<value>\$\{\w+\}|'(?:[^']|'')*'|\$\d+|\b(?:\d+(?:\.\d+)?|null|true|false)\b)|\w+|[^]/gi

/**
 * Finds the name of a statement from its text in Postgres or the driver: with values formatted into it or with `$1`, with
 * or without comments.
 */
export class StatementNames {
  /** By shape. */
  readonly #files = new Map<string, { readonly name: string; readonly text: string }>()
  readonly #functions = new Map<string, string>()

  constructor() {
    for (const file of sqlFiles(QUERIES)) {
      const text = readFileSync(QUERIES + file, 'utf8')
      this.#files.set(shapeOf(text), { name: file.slice(0, -'.sql'.length), text })
    }
    // While two versions run, both contain the same statements: those are the newer one's.
    for (const file of sqlFiles(FUNCTIONS).sort(byVersion).reverse()) {
      this.#functions.set(file.slice(0, -'.sql'.length), shapeOf(asRun(readFileSync(FUNCTIONS + file, 'utf8'))))
    }
  }

  /**
   * The statement's file of db/queries, such as `journal/list-orders`; otherwise the function of db/functions that contains it
   * and what it does there, such as `commit_batch_3: INSERT INTO fill`; otherwise its first words, without values.
   */
  nameOf(text: string): string {
    const shape = shapeOf(text)
    const file = this.#files.get(shape)
    if (file !== undefined) return file.name
    for (const [name, body] of this.#functions) {
      if (body.includes(shape))
        return `${name}: ${/(INSERT INTO|UPDATE|DELETE FROM|FROM) \w+/.exec(shape)?.[0] ?? shape}`
    }
    return shape.length > WORDS_LENGTH_MAX ? `${shape.slice(0, WORDS_LENGTH_MAX)}…` : shape
  }

  /**
   * The text of the statement's file with `$1` and so on as parameters. It keeps the constants, which the planner needs for
   * partial indexes. Undefined if the statement has no file, or if its table is a parameter.
   */
  templateOf(text: string): string | undefined {
    const file = this.#files.get(shapeOf(text))
    if (file === undefined || file.text.includes(':name}')) return undefined
    let parameters = 0
    return file.text.replaceAll(/\$\{\w+\}/g, () => `$${++parameters}`)
  }
}

const { compare: byVersion } = new Intl.Collator('en', { numeric: true })

const sqlFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.replaceAll('\\', '/'))

/** Normalizes a statement: no comments, single spaces, and `?` for each value or list of values. */
export function shapeOf(text: string): string {
  let shape = ''
  for (const { 0: piece, groups } of text.matchAll(PIECES)) {
    if (groups?.['identifier'] !== undefined) shape += '"?"'
    else if (groups?.['value'] !== undefined) shape += '?'
    else if (/^(\s|--|\/\*)/.test(piece)) shape += ' '
    else shape += piece
  }
  return shape
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([^\w?" ]) ?/g, '$1')
    .replaceAll(/([=<>(,])-\?/g, '$1?')
    .replaceAll(/\?(,\?)+/g, '?')
    .replaceAll(/\barray\[\?\]/gi, '?')
    .replace(/;$/, '')
    .trim()
}

/** The body of a function with its statements as the planner gets them: PERFORM is a SELECT, and INTO variables is removed. */
const asRun = (body: string): string =>
  body.replaceAll(/\bPERFORM\b/g, 'SELECT').replaceAll(/(?<!INSERT )\bINTO [\w, ]+?(?= FROM\b|;)/g, ' ')
