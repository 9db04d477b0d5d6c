import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const QUERIES = fileURLToPath(new URL('../../db/queries/', import.meta.url))
const FUNCTIONS = fileURLToPath(new URL('../../db/functions/', import.meta.url))
const WORDS_LENGTH_MAX = 60

/** What a statement without its comments, spaces and values is made of, a piece at a time. */
const PIECES =
  /--[^\n]*|\/\*[^]*?\*\/|\s+|(?<identifier>\$\{\w+:name\}|"[^"]+")|(?<value>\$\{\w+\}|'(?:[^']|'')*'|\$\d+|\b(?:\d+(?:\.\d+)?|null|true|false)\b)|\w+|[^]/gi

/**
 * Finds the name of a statement in its text as Postgres or the driver has it: with values written into it, with `$1` for
 * them, with or without its comments.
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
    for (const file of sqlFiles(FUNCTIONS)) {
      this.#functions.set(file.slice(0, -'.sql'.length), shapeOf(asRun(readFileSync(FUNCTIONS + file, 'utf8'))))
    }
  }

  /**
   * The statement's file of db/queries, as `journal/list-orders`; else the function of db/functions that runs it and what
   * it does there, as `commit_batch_2: INSERT INTO fill`; else its first words, without values.
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
   * The statement as its file has it, with `$1` and so on for each of its parameters: its constants stay, by which the
   * planner knows partial indexes. Undefined for what is of no file, or of whichever table it is given.
   */
  templateOf(text: string): string | undefined {
    const file = this.#files.get(shapeOf(text))
    if (file === undefined || file.text.includes(':name}')) return undefined
    let parameters = 0
    return file.text.replaceAll(/\$\{\w+\}/g, () => `$${++parameters}`)
  }
}

const sqlFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.replaceAll('\\', '/'))

/** A statement without comments, with single spaces and `?` for each value; several values in a row are one. */
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

/** The body of a function as its statements reach the planner: PERFORM is a SELECT there, and INTO variables is gone. */
const asRun = (body: string): string =>
  body.replaceAll(/\bPERFORM\b/g, 'SELECT').replaceAll(/(?<!INSERT )\bINTO [\w, ]+?(?= FROM\b|;)/g, ' ')
