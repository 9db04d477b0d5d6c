import { SPARKLINE_POINTS } from '@valiant/shared/protocol/limits'
import type { Feed } from '../../feed/feed.ts'
import type { Handler } from './request.ts'

export const sparklines =
  ({ feed }: { feed: Feed }): Handler<'sparklines'> =>
  ({ points = SPARKLINE_POINTS }) =>
    feed.sparklines(points)
