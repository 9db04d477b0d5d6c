import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { fileOf, filesOf, ROOT } from './files.ts'

const pages = filesOf('*.md', 'docs/**/*.md', 'infra/**/*.md').filter((path) => !path.includes('node_modules'))
const proseOf = (path: string): string => fileOf(path).replaceAll(/^```[^]*?^```/gm, '')

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const headingsOf = (path: string): { level: number; anchor: string }[] =>
  [...proseOf(path).matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', text = '']) => ({
    level: marks.length,
    anchor: anchorOf(text),
  }))

/** Relative links of a page that lead nowhere. */
function brokenLinks(path: string): string[] {
  const links = [...proseOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !headingsOf(target).some((heading) => heading.anchor === anchor)
    })
}

test('links between pages lead to files and headings that exist', () => {
  expect(pages).toContain('README.md')
  const broken = pages.flatMap((path) => brokenLinks(path).map((link) => `${path}: ${link}`))
  expect(broken).toEqual([])
})

test('headings descend one level at a time', () => {
  const jumps = pages.flatMap((path) =>
    headingsOf(path)
      .filter(({ level }, at, all) => level > (all[at - 1]?.level ?? 0) + 1)
      .map(({ anchor }) => `${path}: ${anchor}`),
  )
  expect(jumps).toEqual([])
})
