const LENGTH_MAX = 2_000

/** The parts of an SQL text that matter for finding values. At each position the first matching alternative wins. */
const PARTS =
  /(?<comment>--[^\n]*|\/\*[^]*?\*\/)|"(?:[^"]|"")*"|(?<value>[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|(?<![\w$.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w))/g

/**
 * Normalizes a statement: strings and numbers become `?`, comments are removed, white space is collapsed. Names,
 * parameters such as `$1` and keywords stay. Statements that differ only in their values become equal.
 */
export function withoutValues(statement: string): string {
  const plain = statement.replaceAll(PARTS, (part, ...rest) => {
    const groups = rest.at(-1) as { comment?: string; value?: string }
    if (groups.comment !== undefined) return ' '
    return groups.value === undefined ? part : '?'
  })
  return plain
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\?(?: ?, ?\?)+/g, '?, …')
    .trim()
    .slice(0, LENGTH_MAX)
}
