import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

/** A table in Markdown, its columns aligned, so that it reads in a terminal too. */
export function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[head, ...lines].map((line) => (line[column] ?? title).length)),
  )
  const row = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [row(head), rule, ...lines.map(row)].join('\n')
}

/**
 * Puts a text into docs/performance.md, between the marks of its name.
 * @throws {Error} when the page has no such marks
 */
export function writeIntoPage(name: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end of ${name} -->)`)
  if (!between.test(page)) throw new Error(`${PAGE}: expected the marks of ${name}`)
  writeFileSync(
    PAGE,
    page.replace(between, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`),
  )
}
