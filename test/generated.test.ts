import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generatedFiles } from '../server/generate/generated.ts'

const ROOT = join(import.meta.dirname, '..')
const files = await generatedFiles(ROOT)

it.each(files)('$path is as `npm run generate` writes it', async ({ path, text }) => {
  expect(await readFile(join(ROOT, path), 'utf8')).toBe(text)
})
