/** A part of a text; `code` was between backticks. */
export interface TextPart {
  readonly kind: 'words' | 'code'
  readonly text: string
}

/** Splits a text of the protocol's tables at its code spans. An unpaired backtick is plain text. */
export function textParts(text: string): TextPart[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (/^`.+`$/.test(part) ? { kind: 'code', text: part.slice(1, -1) } : { kind: 'words', text: part }))
}
