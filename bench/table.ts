import { readFileSync, writeFileSync } from 'node:fs'

/** A table in Markdown with aligned columns, so that it is readable in a terminal too. */
export function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[head, ...lines].map((line) => (line[column] ?? title).length)),
  )
  const row = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [row(head), rule, ...lines.map(row)].join('\n')
}

/**
 * Writes a text into a page, between the markers of its name.
 * @throws {Error} when the page has no such markers
 */
export function writeIntoPage(page: string, name: string, text: string): void {
  const before = readFileSync(page, 'utf8')
  const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end of ${name} -->)`)
  if (!between.test(before)) throw new Error(`${page}: expected the markers of ${name}`)
  writeFileSync(
    page,
    before.replace(between, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`),
  )
}
