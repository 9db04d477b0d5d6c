import { beganAnewMs } from '#lib/portfolio/money-moves.ts'
import { readCurve, SPAN_FIRST } from '#lib/portfolio/spans.ts'
import { type PortfolioSeed, SEED_ITEMS } from '#lib/portfolio/seed.ts'
import { pageSource } from '#lib/session/page-source.ts'
import type { PageServerLoad } from './$types'

/** The account's story beside its state, so that the first paint has its figures. */
export const load: PageServerLoad = async (event): Promise<{ seed: PortfolioSeed | undefined }> => {
  const source = pageSource(event)
  const { account } = await event.parent()
  if (!account) return { seed: undefined }
  const { timeMs } = source.now()
  const [fills, entries] = await Promise.all([
    source.list('fills', { limit: SEED_ITEMS }),
    source.list('ledger', { limit: SEED_ITEMS }),
  ])
  const curve = await readCurve(
    async (query) => {
      const points = await source.list('equity', query)
      if (!points) throw new Error('The curve can’t be read now.')
      return points
    },
    { span: SPAN_FIRST, nowMs: timeMs, sinceMs: beganAnewMs(account.account.resets, entries?.items ?? []) },
  ).catch(() => undefined)
  return { seed: { accountId: account.account.id, fills, entries, curve } }
}
