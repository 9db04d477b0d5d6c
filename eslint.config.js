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
  journal: ['engine', 'feed', 'database', 'telemetry'],
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
          ...(folder === 'bus'
            ? []
            : [{ group: ['**/bus/memory/*', '**/bus/redis/*'], message: 'Only the wiring knows which bus there is.' }]),
          ...(pure.includes(folder)
            ? [
                { group: ['node:*', 'pg*', 'socket.io*', 'express'], message: `${folder}/ is pure: no I/O.` },
                {
                  regex: String.raw`^(\.\./)+(instruments|config|env-file)\.ts$`,
                  message: `${folder}/ is pure: they read files.`,
                },
              ]
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

/** What a Socket.IO server does without `local` or a room, it does to the sockets of all instances. */
const ofBareServer = ':matches([callee.object.name="io"], [callee.object.property.name="io"])'
const clusterRules = {
  files: ['server/**/*.ts'],
  ignores: ['server/bus/**', '**/*.test.ts', '**/*.fixture.ts'],
  rules: {
    'no-restricted-syntax': [
      'error',
      ...['emit', 'send', 'disconnectSockets', 'socketsJoin', 'socketsLeave'].map((name) => ({
        selector: `CallExpression[callee.property.name="${name}"]${ofBareServer}`,
        message: 'It reaches the sockets of all instances: io.local, a room, or bus/.',
      })),
      {
        selector: 'CallExpression[callee.property.name=/^(fetchSockets|serverSideEmit|serverSideEmitWithAck)$/]',
        message: 'It waits for all instances, or costs each of them a parse: bus/.',
      },
    ],
  },
}

/** zod stays out of the page: it is large, and looks whether it may compile code, which the page's policy forbids. */
const clientRules = {
  files: ['shared/client/**/*.ts'],
  ignores: ['**/*.test.ts', '**/*.fixture.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '/protocol/(?!(errors|limits|book-checksum)\\.ts$)',
            allowTypeImports: true,
            message: 'Types alone: its schemas would bring zod into the page.',
          },
          { group: ['node:*', 'zod'], message: 'The SDK runs in a browser.' },
        ],
      },
    ],
  },
}

/** Its default bound is a second, which a busy machine exceeds. */
const patienceRules = {
  files: ['**/*.{test,contract,fixture}.ts', 'test/**/*.ts'],
  ignores: ['test/rig/soon.ts'],
  rules: {
    'no-restricted-properties': [
      'error',
      ...['waitFor', 'waitUntil'].map((property) => ({
        object: 'vi',
        property,
        message: 'expect.poll, or soon of test/rig: they share one bound, long enough for a busy machine.',
      })),
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
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { 'svelte/no-navigation-without-resolve': 'off' },
  },
  { files: ['**/*.js'], extends: [ts.configs.disableTypeChecked] },
  { files: ['**/*.test.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  patienceRules,
  ...importRules,
  clusterRules,
  clientRules,
  purityRules,
)
