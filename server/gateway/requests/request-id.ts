import { randomUUID } from 'node:crypto'

/** The id of a command that is not an order: the client's request id, else a new one, for resends by the gateway. */
export const commandIdOf = (requestId: string | undefined): string => `r:${requestId ?? randomUUID()}`
