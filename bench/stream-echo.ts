import { Redis } from 'ioredis'
import { answerQuestions } from '../test/load/child.ts'

/** Only Redis, as the exchange uses it: reads a stream and publishes an answer to each entry. */
export const ECHO_STREAM = 'bench:stream'
export const ECHO_CHANNEL = 'bench:answers'

if (import.meta.main) {
  answerQuestions(async ({ redisUrl }: { readonly redisUrl: string }) => {
    const reader = new Redis(redisUrl)
    const publisher = new Redis(redisUrl)
    await publisher.ping()
    void echo(reader, publisher)
  })
}

async function echo(reader: Redis, publisher: Redis): Promise<never> {
  let cursor = '$'
  for (;;) {
    const found = await reader.xread('BLOCK', 1_000, 'STREAMS', ECHO_STREAM, cursor)
    for (const [position, fields] of found?.[0]?.[1] ?? []) {
      cursor = position
      await publisher.publish(ECHO_CHANNEL, fields.at(-1) ?? '')
    }
  }
}
