import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problemsOf } from './check.ts'
import { laidOut } from './layout.ts'
import { readModules } from './module.ts'
import { readSchema } from './schema.ts'

/**
 * Checks infra/terraform without Terraform, a network or an account: every resource, argument, block and reference
 * against the providers' schema, every module call against the module's variables, and the formatting.
 *
 *   node infra/check/terraform/main.ts [--write]    --write formats the files
 */

const TERRAFORM = fileURLToPath(new URL('../../terraform', import.meta.url))
const isWriting = process.argv.includes('--write')

const files = readdirSync(TERRAFORM, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tf'))
const crooked = files.filter((name) => {
  const file = join(TERRAFORM, name)
  const text = readFileSync(file, 'utf8')
  const wanted = laidOut(text)
  if (isWriting && text !== wanted) writeFileSync(file, wanted)
  return !isWriting && text !== wanted
})
const modules = await readModules(TERRAFORM)
const problems = [
  ...problemsOf(modules, readSchema()),
  ...crooked.map((name) => `${relative(process.cwd(), join(TERRAFORM, name))}: not formatted (use --write)`),
]
for (const problem of problems) console.error(problem)
const counted = modules.reduce((sum, { resource, data }) => sum + resource.length + data.length, 0)
console.log(`terraform: ${modules.length} modules, ${counted} resources and data sources, ${problems.length} problems`)
if (problems.length > 0) process.exitCode = 1
