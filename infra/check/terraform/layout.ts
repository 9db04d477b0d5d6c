/**
 * A .tf file as `terraform fmt` would format it: two spaces per level of brackets, and `=` aligned in consecutive lines
 * that contain a whole argument. The inside of lines and heredocs are not changed.
 */
export function laidOut(text: string): string {
  const lines = indented(text.split('\n'))
  const out: string[] = []
  let chain: { lead: string; assigned: string }[] = []
  const endChain = () => {
    const width = Math.max(0, ...chain.map(({ lead }) => lead.length))
    out.push(...chain.map(({ lead, assigned }) => `${lead.padEnd(width)} ${assigned}`))
    chain = []
  }
  for (const { line, isVerbatim } of lines) {
    const found = isVerbatim ? null : /^(\s*(?:[\w-]+|"[^"]*"|\([^)]*\)))\s+(=(?![=>]).*)$/.exec(line)
    const [, lead = '', assigned = ''] = found ?? []
    if (found !== null && netBrackets(assigned) === 0 && !assigned.includes('<<')) chain.push({ lead, assigned })
    else {
      endChain()
      out.push(line)
    }
  }
  endChain()
  return `${out.join('\n').trim()}\n`
}

function indented(lines: readonly string[]): { line: string; isVerbatim: boolean }[] {
  /** Number of brackets of each level: several opened in one line are one level. */
  const levels: number[] = []
  let heredoc: string | undefined
  return lines.map((raw) => {
    const text = raw.trim()
    if (heredoc !== undefined) {
      if (text === heredoc) heredoc = undefined
      return { line: raw, isVerbatim: true }
    }
    heredoc = /<<-?(\w+)$/.exec(text)?.[1]
    const net = netBrackets(text)
    if (net < 0) close(levels, -net)
    const depth = levels.length
    if (net > 0) levels.push(net)
    return { line: text === '' ? '' : '  '.repeat(depth) + text, isVerbatim: false }
  })
}

function close(levels: number[], brackets: number): void {
  let left = brackets
  while (left > 0 && levels.length > 0) {
    const last = levels.pop() ?? 0
    if (last > left) levels.push(last - left)
    left -= Math.min(last, left)
  }
}

/** Opened minus closed brackets, outside strings and comments. */
function netBrackets(line: string): number {
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/(#|\/\/).*$/, '')
  return (bare.match(/[([{]/g)?.length ?? 0) - (bare.match(/[)\]}]/g)?.length ?? 0)
}
