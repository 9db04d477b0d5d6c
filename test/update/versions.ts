import { type Change, replaced } from './tree.ts'

/*
 * An example of a next version that changes the schema: each batch records the release that wrote it.
 * Expand: a column with a default, which the old version ignores, and a new function beside the one that it calls.
 * Contract, when no instance of the old version is left: the old function and the default are dropped.
 */

const OLD = 'db/functions/commit_batch_3.sql'
const RELEASE = 'the next'

const EXPAND: Change = {
  file: 'db/migrations/9001_release_of_a_batch.sql',
  text: async (read) => {
    let text = await read(OLD)
    for (const [replace, by] of [
      ['CREATE OR REPLACE FUNCTION commit_batch_3(', 'CREATE FUNCTION commit_batch_4('],
      [
        'INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms, hash)',
        'INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms, hash, release)',
      ],
      ["sha256(coalesce(hash, '') || p_digest)", `sha256(coalesce(hash, '') || p_digest), '${RELEASE}'`],
    ] as const) {
      text = replaced(text, { file: OLD, replace, by })
    }
    return `-- A new column with a default and a new function: the version before leaves both alone.
ALTER TABLE journal_batch ADD COLUMN release text NOT NULL DEFAULT 'before';
${text}`
  },
}

/** A release that expands the schema and can run beside the one before it. */
export const NEXT: readonly Change[] = [
  EXPAND,
  { file: 'db/queries/journal/commit-batch.sql', replace: 'SELECT commit_batch_3(', by: 'SELECT commit_batch_4(' },
]

/** The release after that, which contracts the schema. */
export const AFTER_NEXT: readonly Change[] = [
  ...NEXT,
  {
    file: 'db/migrations/9002_release_is_given.sql',
    text: () =>
      Promise.resolve(`-- contract: the release before 9001 called commit_batch_3, and none of it runs any more, since 9001
DROP FUNCTION commit_batch_3;
ALTER TABLE journal_batch ALTER COLUMN release DROP DEFAULT;
`),
  },
]

/** A release that answers orders late, like one that waits for something it should not. */
export const BAD: readonly Change[] = [
  ...NEXT,
  {
    file: 'server/gateway/requests/order-place.ts',
    replace: '    exchange.ask({',
    by: '    new Promise((resolve) => setTimeout(resolve, 800)).then(() => exchange.ask({',
  },
  {
    file: 'server/gateway/requests/order-place.ts',
    replace: 'receivedAtMs: requester.receivedAtMs,\n    })',
    by: 'receivedAtMs: requester.receivedAtMs,\n    }))',
  },
]
