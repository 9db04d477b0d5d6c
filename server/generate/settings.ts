import { SETTINGS } from '../config.ts'

interface Setting {
  readonly name: string
  /** Empty when the setting has no default. */
  readonly fallback: string
  readonly sentence: string
}

function settings(): Setting[] {
  const fallbacks: Readonly<Record<string, string | number | undefined>> = SETTINGS.parse({})
  return Object.entries(SETTINGS.shape).map(([name, type]) => ({
    name,
    fallback: String(fallbacks[name] ?? ''),
    sentence: type.meta()?.description ?? '',
  }))
}

/** `.env.example`: every setting, commented out, at its default. */
export function envExample(): string {
  const blocks = settings().map(({ name, fallback, sentence }) => `# ${sentence}\n# ${name}=${fallback}\n`)
  return [
    '# Every setting of server/config.ts at its default, written by `npm run generate`. Nothing needs to be set.\n' +
      '# To change some: cp .env.example .env, and remove the # before their names.\n',
    ...blocks,
  ].join('\n')
}

/** The table of all settings in docs/configuration.md, in Markdown. */
export function settingsTable(): string {
  const rows = settings().map(({ name, fallback, sentence }) => [
    `\`${name}\``,
    fallback === '' ? '' : `\`${fallback}\``,
    sentence.replaceAll('|', '\\|'),
  ])
  return [['Setting', 'Default', 'What it is'], ['-', '-', '-'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
