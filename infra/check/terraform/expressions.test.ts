import { expect, test } from 'vitest'
import { namesIn } from './expressions.ts'

const references = (template: string) => namesIn(template).references.map((one) => one.join('.'))

test('a template is searched for what it names, an escaped one is not', () => {
  expect(references('a-${var.name}-${local.b}')).toEqual(['var.name', 'local.b'])
  expect(references('a-$${var.name}')).toEqual([])
  expect(references('var.name')).toEqual([])
})

test('what stands in brackets is a reference of its own', () => {
  expect(references('${aws_subnet.data[each.key].id}')).toEqual(['each.key', 'aws_subnet.data.[].id'])
  expect(references('${aws_subnet.data[*].id}')).toEqual(['aws_subnet.data.[].id'])
  expect(references('${aws_subnet.data.0.id}')).toEqual(['aws_subnet.data.[].id'])
})

test('keys of objects are no references, and conditions are', () => {
  expect(references('${jsonencode([{ name = var.a, "k" = "${local.q}-b" }])}')).toEqual(['var.a', 'local.q'])
  expect(references('${{ a = b.c ? d.e : f.g\n h = i.j }}')).toEqual(['b.c', 'd.e', 'f.g', 'i.j'])
  expect(references('${var.n == 1 ? x : null}')).toEqual(['var.n', 'x'])
})

test('names that a for makes hold within its brackets only', () => {
  expect(references('${[for k, v in var.m : v.id if k != local.x]}')).toEqual(['var.m', 'local.x'])
  expect(references('${concat([for v in var.m : v.id], [v.id])}')).toEqual(['var.m', 'v.id'])
  expect(references('${{ for s in local.l : s => aws_subnet.p[s].id }}')).toEqual(['local.l', 'aws_subnet.p.[].id'])
})

test('functions are named apart', () => {
  expect(namesIn('${merge(local.a, tomap({}))}').functions).toEqual(['merge', 'tomap'])
})
