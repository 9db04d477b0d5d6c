import { reference } from '#lib/docs/reference.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = () => reference()
