import { grouped } from '#lib/ui/format.ts'

/** "Start trading with $100,000": what a guest's account begins with. */
export const startWords = (): string => `Start trading with $${grouped('100000')}`
