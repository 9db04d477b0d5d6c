/** `aws_subnet.data[each.key].id` is ['aws_subnet', 'data', '[]', 'id']: what stands in brackets is a reference of its own. */
export type Reference = readonly string[]

export interface Names {
  readonly references: readonly Reference[]
  readonly functions: readonly string[]
}

const KEYWORDS = new Set(['true', 'false', 'null', 'if', 'else', 'endif', 'endfor', 'in', 'for'])
const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const IDENTIFIER = /[A-Za-z_][\w-]*/y

/**
 * What a string of hcl2json's names: it is a template, of which `${}` and `%{}` hold expressions. Names that a `for`
 * makes are left out where they hold.
 */
export function namesIn(template: string): Names {
  const scanner = new Scanner(template)
  scanner.template('')
  return scanner
}

/** Reads from left to right, and looks for names only: whether the whole is an expression, the parser has said. */
class Scanner implements Names {
  readonly references: Reference[] = []
  readonly functions: string[] = []
  readonly #text: string
  /** Names that `for` has made, innermost last. */
  #made: readonly string[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Up to `end`, which is a quote or, for the whole text, nothing. */
  template(end: string): void {
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at, this.#at + 3)
      if (end !== '' && rest.startsWith(end)) break
      if (rest.startsWith('\\')) this.#at += 2
      else if (rest === '$${' || rest === '%%{') this.#at += 3
      else if (rest.startsWith('${') || rest.startsWith('%{')) {
        this.#at += 2
        this.#expression('}', '{')
      } else this.#at += 1
    }
    this.#at += end.length
  }

  /** Up to the bracket that closes it, which is left behind. */
  #expression(close: string, open: string): void {
    const madeOutside = this.#made
    /** What stood last, and whether a line ended since: a key of an object follows its bracket, a comma or a line's end. */
    let last = open
    while (this.#at < this.#text.length) {
      const sign = this.#text.charAt(this.#at)
      if (sign === close) break
      const inner = CLOSES[sign]
      if (sign === '"') {
        this.#at += 1
        this.template('"')
      } else if (inner !== undefined) {
        this.#at += 1
        this.#expression(inner, sign)
      } else if (sign === '#') this.#at = this.#endOfLine()
      else if (/[A-Za-z_]/.test(sign)) this.#name(open === '{' && /[{,\n]/.test(last))
      else if (/\d/.test(sign)) this.#at += /^[\d.eE]+/.exec(this.#text.slice(this.#at))?.[0].length ?? 1
      else this.#at += 1
      if (sign === '\n' || sign.trim() !== '') last = sign
    }
    this.#at += 1
    this.#made = madeOutside
  }

  #name(mayBeKey: boolean): void {
    const head = this.#identifier()
    if (head === 'for') {
      this.#madeByFor()
      return
    }
    const path = [head]
    for (;;) {
      const sign = this.#text.charAt(this.#at)
      const next = this.#text.charAt(this.#at + 1)
      if (sign === '.' && next === '*') {
        this.#at += 2
        path.push('[]')
      } else if (sign === '.' && /\w/.test(next)) {
        this.#at += 1
        path.push(/\d/.test(next) ? this.#index() : this.#identifier())
      } else if (sign === '[') {
        this.#at += 1
        this.#expression(']', '[')
        path.push('[]')
      } else break
    }
    const follows = this.#text.slice(this.#at).trimStart()
    if (path.length === 1) {
      if (KEYWORDS.has(head)) return
      if (follows.startsWith('(')) {
        this.functions.push(head)
        return
      }
      if (mayBeKey && /^(=(?![=>])|:)/.test(follows)) return
    }
    if (!this.#made.includes(head)) this.references.push(path)
  }

  /** `for a, b in`: the names hold up to the bracket that closes. */
  #madeByFor(): void {
    const made = /^\s+([\w-]+)(?:\s*,\s*([\w-]+))?\s+in\s/.exec(this.#text.slice(this.#at))
    if (made === null) return
    this.#at += made[0].length
    this.#made = [...this.#made, ...made.slice(1).filter((name: string | undefined) => name !== undefined)]
  }

  #identifier(): string {
    IDENTIFIER.lastIndex = this.#at
    const name = IDENTIFIER.exec(this.#text)?.[0] ?? ''
    this.#at += name.length
    return name
  }

  #index(): string {
    while (/\d/.test(this.#text.charAt(this.#at))) this.#at += 1
    return '[]'
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at)
    return end < 0 ? this.#text.length : end
  }
}
