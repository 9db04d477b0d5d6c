import { expect, test } from 'vitest'
import { AccountName, AlertNote, Tag } from './fields.ts'

const accepts = (schema: typeof Tag, text: string) => schema.safeParse(text).success

test.each([
  ['a right-to-left override', '\u202egnp.exe'],
  ['an isolate', 'a\u2067b'],
  ['a line end', 'a\nb'],
  ['a line separator', 'a\u2028b'],
  ['a paragraph separator', 'a\u2029b'],
  ['a NUL', 'a\0b'],
  ['a terminal escape', '\x1b[31m'],
  ['half a character', 'a\ud83d'],
])('%s is neither in a tag, a note nor a name', (_, text) => {
  for (const schema of [Tag, AlertNote, AccountName]) expect(accepts(schema, text)).toBe(false)
})

test.each(['Ада', '夏', 'عَمَلِي', 'שלום 5', '👩‍👩‍👧', 'é', '=1+1', '<b>"&', "O'Neil; DROP", '⠁', 'เกาะ'])(
  '%s is, as it stands',
  (text) => {
    for (const schema of [Tag, AlertNote, AccountName]) expect(accepts(schema, text)).toBe(true)
  },
)

test.each(['', ' ', '\u200b', '\u3164', '\u115f\u1160', '\u2800', '\ufe0f', '\u00ad', '\u{e0041}'])(
  'a name that nobody can see is none: %j',
  (text) => {
    expect(accepts(AccountName, text)).toBe(false)
  },
)
