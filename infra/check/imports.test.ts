import { dirname, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { fileOf, filesOf } from './files.ts'

const paths = filesOf('{server,shared,web,test,bench,infra,examples}/**/*.{ts,js,svelte}').filter(
  (path) => !/\/(build|\.svelte-kit)\//.test(path),
)
const known = new Set(paths)

/** The file that an import names; undefined for one of a package. */
function fileNamed(name: string, importer: string): string | undefined {
  const path = name.startsWith('.')
    ? join(dirname(importer), name).replaceAll('\\', '/')
    : name.replace(/^#lib\//, 'web/src/lib/').replace(/^@valiant\/(.*)$/, '$1.ts')
  return known.has(path) ? path : undefined
}

/** Types may refer to each other: an order knows its market, and that its orders. They are gone before anything runs. */
const OF_TYPES = /^\s*(?:import|export) type [^;]*? from '[^']+'/gm

const importsOf = (path: string): string[] =>
  ts
    .preProcessFile(fileOf(path).replaceAll(OF_TYPES, ''), true, true)
    .importedFiles.map(({ fileName }) => fileNamed(fileName, path))
    .filter((file) => file !== undefined)

/** Each circle that a walk along the imports closes, as the files on it. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const way: string[] = []
  const visit = (file: string): void => {
    const at = way.indexOf(file)
    if (at >= 0) circles.push([...way.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    way.push(file)
    for (const next of imports.get(file) ?? []) visit(next)
    way.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
  return circles
}

test('a circle is found with the files on it', () => {
  const imports = new Map([
    ['a.ts', ['b.ts', 'd.ts']],
    ['b.ts', ['c.ts']],
    ['c.ts', ['b.ts', 'd.ts']],
    ['d.ts', []],
  ])
  expect(circlesOf(imports)).toEqual(['b.ts -> c.ts -> b.ts'])
})

test.each([
  ['server/engine/engine.ts', 'server/engine/mark.ts'],
  ['server/gateway/http/rest.ts', 'shared/protocol/limits.ts'],
  ['web/src/routes/+layout.svelte', 'web/src/lib/market/market.svelte.ts'],
])('%s is seen to import %s', (path, imported) => {
  expect(importsOf(path)).toContain(imported)
})

test('files import each other in one direction only, apart from types', () => {
  expect(circlesOf(new Map(paths.map((path) => [path, importsOf(path)])))).toEqual([])
})
