import { error, redirect } from '@sveltejs/kit'
import { pageSource } from '#lib/session/page-source.ts'
import type { PageServerLoad } from './$types'

/** Without a symbol: the first of the exchange. */
export const load: PageServerLoad = (event) => {
  const [first] = pageSource(event).instruments()
  if (!first) error(404, 'Nothing can be traded here yet.')
  redirect(307, `/trade/${first.symbol}`)
}
