import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

/**
 * Who may import whom inside server/ (beside shared/, and its own folder). `database/` of the exchange is for the
 * lease's connection; telemetry is a leaf that all but the pure folders may use.
 */
const mayImport = {
  engine: [],
  simulator: ['engine'],
  feed: ['engine'],
  telemetry: [],
  database: ['telemetry'],
  bus: ['telemetry'],
  journal: ['engine', 'database', 'telemetry'],
  auth: ['database', 'telemetry'],
  exchange: ['engine', 'simulator', 'feed', 'database', 'journal', 'bus', 'telemetry'],
  gateway: ['feed', 'journal', 'bus', 'auth', 'telemetry'],
  audit: ['engine', 'database'],
}
const folders = Object.keys(mayImport)
const pure = ['engine', 'simulator', 'feed']

const importRules = folders.map((folder) => ({
  files: [`server/${folder}/**/*.ts`],
  ignores: ['**/*.test.ts', '**/*.fixture.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...folders
            .filter((other) => other !== folder && !mayImport[folder].includes(other))
            .map((other) => ({
              group: [`**/${other}/*`, `**/${other}/**`],
              message: `${folder}/ may not import ${other}/ (eslint.config.js holds the table).`,
            })),
          ...(pure.includes(folder)
            ? [{ group: ['node:*', 'pg*', 'socket.io*', 'express'], message: `${folder}/ is pure: no I/O.` }]
            : []),
        ],
      },
    ],
  },
}))

const purityRules = {
  files: pure.map((folder) => `server/${folder}/**/*.ts`),
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'process', 'performance', 'fetch'],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Time comes in as data.' },
      { object: 'Math', property: 'random', message: 'Chance comes in as data.' },
    ],
    'no-restricted-syntax': [
      'error',
      { selector: ':function[async=true]', message: 'Pure folders have no async.' },
      { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes in as data.' },
    ],
  },
}

export default defineConfig(
  { ignores: ['**/build/**', '**/.svelte-kit/**', '**/node_modules/**', '.data/**', '.cache/**'] },
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'io', property: 'emit', message: 'It reaches the whole cluster: io.local, or bus/.' },
        { object: 'io', property: 'disconnectSockets', message: 'It reaches the whole cluster: io.local, or bus/.' },
        { object: 'io', property: 'fetchSockets', message: 'It waits for the whole cluster: io.local, or bus/.' },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { 'svelte/no-navigation-without-resolve': 'off' },
  },
  { files: ['**/*.js'], extends: [ts.configs.disableTypeChecked] },
  { files: ['**/*.test.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...importRules,
  purityRules,
)
