import { expect, test } from 'vitest'
import { laidOut } from './layout.ts'

test('equals signs stand under each other in lines that follow each other', () => {
  expect(laidOut('a "b" {\nx = 1\nlong_name = "=>"\n\ny = 2\n}\n')).toBe(
    'a "b" {\n  x         = 1\n  long_name = "=>"\n\n  y = 2\n}\n',
  )
})

test('what opens brackets over several lines is not lined up, and several brackets in one line are one level', () => {
  expect(laidOut('x = jsonencode([{\na = 1\nbcd = {\ne = 1\n}\n}])\n')).toBe(
    'x = jsonencode([{\n  a = 1\n  bcd = {\n    e = 1\n  }\n}])\n',
  )
  expect(laidOut('x = [{\na = 1\n}, {\na = 2\n}]\n')).toBe('x = [{\n  a = 1\n  }, {\n  a = 2\n}]\n')
})

test('what is laid out stays as it is', () => {
  const text = laidOut('a {\nb = 1\nccc = [\nd,\n]\n}\n')
  expect(laidOut(text)).toBe(text)
})
