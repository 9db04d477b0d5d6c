import { expect, it } from 'vitest'
import { Archive } from './archive.ts'

it('returns all lines in order, each time it is read', async () => {
  using archive = new Archive<{ readonly number: number; readonly text: string }>()
  // More than one write and more than one read.
  const lines = Array.from({ length: 20_000 }, (_, number) => ({ number, text: `größer\n${'x'.repeat(number % 300)}` }))
  for (const line of lines) archive.add(line)
  expect(await Array.fromAsync(archive)).toEqual(lines)
  archive.add({ number: -1, text: 'later' })
  expect(await Array.fromAsync(archive)).toEqual([...lines, { number: -1, text: 'later' }])
})

it('is empty when nothing was added', async () => {
  using archive = new Archive()
  expect(await Array.fromAsync(archive)).toEqual([])
})
