import { expect, test } from 'vitest'
import { integers, texts } from './array-literal.ts'

const itself = <T>(value: T) => value

test('integers are written as digits, undefined as NULL', () => {
  expect(integers([1, -2, undefined, Number.MAX_SAFE_INTEGER], itself)).toBe('{1,-2,NULL,9007199254740991}')
  expect(integers([], itself)).toBe('{}')
  expect(integers([-0], itself)).toBe('{0}')
})

test('a number that is not a safe integer never reaches the database', () => {
  for (const value of [0.5, NaN, Infinity, 2 ** 53, 1e21]) {
    expect(() => integers([value], itself)).toThrow(RangeError)
  }
})

test('texts are quoted and escaped', () => {
  expect(texts(['plain', 'NULL', '', undefined], itself)).toBe('{"plain","NULL","",NULL}')
  expect(texts(['a"b', 'c\\d', '{e,f}'], itself)).toBe('{"a\\"b","c\\\\d","{e,f}"}')
})
