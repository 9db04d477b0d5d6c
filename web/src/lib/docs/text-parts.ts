/** A piece of a text; `code` is what stood between backticks. */
export interface TextPart {
  readonly kind: 'words' | 'code'
  readonly text: string
}

/** A text of the protocol's tables, apart where it names something of the protocol. A backtick without its other is one. */
export function textParts(text: string): TextPart[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (/^`.+`$/.test(part) ? { kind: 'code', text: part.slice(1, -1) } : { kind: 'words', text: part }))
}
