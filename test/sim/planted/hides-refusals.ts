import type { Row } from '../postgres/binary-rows.ts'
import type { Plant } from './plant.ts'

const isRefusal = (row: Row): boolean => {
  const result = row['result']
  return typeof result === 'string' && result.startsWith('{"ok":false')
}

/** Refusals are answered but not recorded, so a late copy of the command may get another answer. */
export const hidesRefusals: Plant = {
  postgres: () => ({
    rewrite: (call) => ({
      ...call,
      results: call.results.filter((row) => !isRefusal(row)),
      orders: call.orders.filter((row) => row['status'] !== 'rejected'),
      newOrders: call.newOrders.filter((row) => row['status'] !== 'rejected'),
    }),
  }),
}
