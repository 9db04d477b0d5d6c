const LENGTH_MAX = 2_000

/** What an SQL text is made of, as far as values can stand in it; the first alternative that fits a place counts. */
const PARTS =
  /(?<comment>--[^\n]*|\/\*[^]*?\*\/)|"(?:[^"]|"")*"|(?<value>[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|(?<![\w$.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w))/g

/**
 * A statement without the values in it: texts and numbers become `?`, comments go, space is a space. Names, `$1` and
 * key words stay. Statements that differ in values alone become the same.
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
