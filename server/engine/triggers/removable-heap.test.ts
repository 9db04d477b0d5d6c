import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RemovableHeap } from './removable-heap.ts'

it('a heap returns its items in order, after any removals', () => {
  const step = fc.record({ item: fc.nat(40), isIn: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new RemovableHeap<number>((a, b) => a < b)
      const items = new Set<number>()
      for (const { item, isIn } of steps) {
        if (!isIn) {
          heap.remove(item)
          items.delete(item)
        } else if (!items.has(item)) {
          heap.add(item)
          items.add(item)
        }
        expect(heap.first).toBe(items.size === 0 ? undefined : Math.min(...items))
      }
      for (const item of [...items].sort((a, b) => a - b)) {
        expect(heap.first).toBe(item)
        heap.remove(item)
      }
      expect(heap.first).toBeUndefined()
    }),
  )
})
