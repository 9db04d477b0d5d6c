import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OldestFirst } from './oldest-first.ts'

test('the oldest entry equals that of an ordered list, after any sets and deletions', () => {
  const step = fc.record({ key: fc.nat(8), what: fc.constantFrom('set', 'delete', 'delete oldest', 'look') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const map = new OldestFirst<number, number>()
      let list: (readonly [number, number])[] = []
      for (const [value, { key, what }] of steps.entries()) {
        const gone = what === 'delete oldest' ? list[0]?.[0] : key
        if (what === 'look') expect(map.oldest).toEqual(list[0])
        else if (gone !== undefined) {
          const had = list.some(([one]) => one === gone)
          list = list.filter(([one]) => one !== gone)
          if (what === 'set') {
            map.set(key, value)
            list.push([key, value])
          } else expect(map.delete(gone)).toBe(had)
        }
        expect(map.get(key)).toBe(list.find(([one]) => one === key)?.[1])
      }
      expect(map.oldest).toEqual(list[0])
    }),
    { numRuns: 1_000 },
  )
})
