import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { ConfigError } from './config.ts'

/**
 * Adds settings to an environment: those of the file that `ENV_FILE` names, else of `.env` at the root if there is one.
 * Settings that the environment already has stay as they are.
 * @throws {ConfigError} when the file cannot be read, or has a line that is no setting, which Node's loader would ignore
 */
export function addEnvFile(environment: NodeJS.ProcessEnv, root: string): void {
  const named = environment['ENV_FILE']?.trim() ?? ''
  const file = named === '' ? join(root, '.env') : resolve(root, named)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if (named === '' && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return
    const setting = named === '' ? '' : 'ENV_FILE: '
    throw new ConfigError([
      `${setting}${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    ])
  }
  const wrong = wrongLines(text)
  if (wrong.length > 0) throw new ConfigError(wrong.map((line) => `${file}, line ${line}: expected NAME=value`))
  for (const [name, value] of Object.entries(parseEnv(text))) environment[name] ??= value
}

/** The numbers of the lines that are not empty, a comment or a setting. Their text may be a secret. */
function wrongLines(text: string): number[] {
  // A value in quotes may run over several lines.
  const unquoted = text.replaceAll(/=[ \t]*(["'`])[^]*?\1/g, (value) => '=' + value.replaceAll(/[^\n]/g, ''))
  return unquoted.split(/\r?\n/).flatMap((line, i) => (/^\s*(#.*|(export\s+)?\w+\s*=.*)?$/.test(line) ? [] : [i + 1]))
}
