import { expect, test } from 'vitest'
import { EVENTS } from './events.ts'
import { EVENT_EXAMPLES, REQUEST_EXAMPLES } from './examples.ts'
import { REQUESTS } from './requests.ts'

test('every request and every event has an example', () => {
  const missing = [
    ...Object.keys(REQUESTS).filter((name) => !(name in REQUEST_EXAMPLES)),
    ...Object.keys(EVENTS).filter((name) => !(name in EVENT_EXAMPLES)),
  ]
  expect(missing).toEqual([])
})
