import { afterAll, beforeAll, expect, it } from 'vitest'
import { linesOf } from '../chaos/report.ts'
import { type Tree, workingTree } from './tree.ts'
import type { Scale } from './scene.ts'
import { fixedAfterRollback } from './updates.ts'
import { AFTER_NEXT, BAD, NEXT } from './versions.ts'

/**
 * The short form of `npm run rehearse:update`: this version and one with a changed schema, two instances each. Only absurd
 * times count as failures.
 */

const scale: Scale = { isLong: false, say: () => undefined, running: new Set() }
const trees: Partial<Record<'before' | 'next' | 'afterNext' | 'bad', Tree>> = {}
beforeAll(async () => {
  trees.before = await workingTree('this version')
  trees.next = await workingTree('the next', NEXT)
  trees.afterNext = await workingTree('the one after', AFTER_NEXT)
  trees.bad = await workingTree('a bad one', BAD)
})
afterAll(async () => {
  for (const tree of Object.values(trees)) await tree[Symbol.asyncDispose]()
})
const made = (tree: Tree | undefined): Tree => {
  if (tree === undefined) throw new Error('expected the tree to be made')
  return tree
}

it('a bad version is rolled back because of its metrics, the fixed one replaces this one, and no order fails', async () => {
  const { before, next, afterNext, bad } = trees
  const versions = { before: made(before), next: made(next), afterNext: made(afterNext), bad: made(bad) }
  const result = await fixedAfterRollback('haproxy', versions)(scale)
  const row = { name: 'fixed-after-rollback', title: 'fixed after a rollback' }
  console.log(linesOf({ row, result, error: undefined }).join('\n'))
  expect(result.misses).toEqual([])
})
