import { randomUUID } from 'node:crypto'

/** Under what a change is recorded that is no order: the client's request id, else one of our own, for our resends. */
export const commandIdOf = (requestId: string | undefined): string => `r:${requestId ?? randomUUID()}`
