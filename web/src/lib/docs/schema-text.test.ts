import { expect, it } from 'vitest'
import { fieldsOf, typeText } from './schema-text.ts'

it.each([
  [{ $ref: 'Order' }, 'Order'],
  [{ enum: ['buy', 'sell'] }, '"buy" | "sell"'],
  [{ const: true }, 'true'],
  [{ anyOf: [{ $ref: 'Decimal' }, { type: 'null' }] }, 'Decimal | null'],
  [{ type: 'array', prefixItems: [{ $ref: 'Time' }, { type: 'integer' }] }, '[Time, integer]'],
  [{ type: 'array', items: { $ref: 'Fill' } }, 'Fill[]'],
  [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{[key]: number}'],
  [
    { type: 'object', properties: { open: { type: 'string' }, close: {} }, required: ['open'] },
    '{open: string, close?: any}',
  ],
] as const)('%j is described as %s', (schema, text) => {
  expect(typeText(schema as unknown as Parameters<typeof typeText>[0])).toBe(text)
})

it('a field says whether it must be there, and what it is about', () => {
  const properties = { qty: { $ref: 'Decimal', description: 'So many.' }, tag: { type: 'string' } } as const
  expect(fieldsOf({ type: 'object', properties, required: ['qty'] })).toEqual([
    { name: 'qty', isRequired: true, type: 'Decimal', about: 'So many.' },
    { name: 'tag', isRequired: false, type: 'string', about: '' },
  ])
})
