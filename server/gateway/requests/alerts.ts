import { ANSWER_MS_MAX, FIRED_ALERTS_MAX } from '@valiant/shared/protocol/limits'
import { alertId as idOf, alertNumber, toWireAlert } from '../../feed/account/alert.ts'
import { readTicks } from '../../feed/account/order-decimals.ts'
import type { AlertStore } from '../../journal/alerts.ts'
import { InDoubt } from '../../journal/errors.ts'
import { failure, invalid } from '../answering/wire-error.ts'
import { type InstrumentOf, knownInstrument } from './history.ts'
import { checked } from './read-field.ts'
import { accountOf, type Handler, type Relay } from './request.ts'

interface AlertParts {
  readonly alerts: Pick<AlertStore, 'create' | 'delete' | 'list'>
  readonly instrumentOf: InstrumentOf
}

export const alertCreate =
  ({ alerts, instrumentOf, max }: AlertParts & { readonly max: number }): Relay<'alert.create'> =>
  async ({ symbol, op, price, note, requestId }, requester) => {
    const instrument = knownInstrument(symbol, instrumentOf)
    const ticks = checked(readTicks('price', price, instrument))
    const newAlert = { account: accountOf(requester), symbol, op, ticks, note, requestId, max }
    const outcome = await certain(() => alerts.create(newAlert))
    if (outcome === 'other') throw idTaken(requestId)
    if (outcome === 'full') {
      throw invalid('', 'max', { expected: `at most ${max} waiting alerts per account: delete one first` })
    }
    const { alert, isRepeated } = outcome
    return { ok: true, data: toWireAlert(alert, instrument), ...(isRepeated && { duplicate: true }) }
  }

/** Leaves out alerts on instruments that are no longer listed: their prices have no ticks, and they never fire. */
export const alertList =
  ({ alerts, instrumentOf }: AlertParts): Handler<'alert.list'> =>
  async (_payload, requester) =>
    (await alerts.list(accountOf(requester), FIRED_ALERTS_MAX)).flatMap((alert) => {
      const instrument = instrumentOf(alert.symbol)
      return instrument === undefined ? [] : [toWireAlert(alert, instrument)]
    })

export const alertDelete =
  ({ alerts }: AlertParts): Relay<'alert.delete'> =>
  async ({ alertId, requestId }, requester) => {
    // The store looks at the requestId first, also where no alert can have the id.
    const id = alertNumber(alertId) ?? 0
    const outcome = await certain(() => alerts.delete({ account: accountOf(requester), id, requestId }))
    if (outcome === 'other') throw idTaken(requestId)
    if (outcome === 'none') throw notFound()
    return { ok: true, data: { alertId: idOf(id) }, ...(outcome === 'repeated' && { duplicate: true }) }
  }

const notFound = () => failure('NOT_FOUND', 'This account has no alert with that id.')
const idTaken = (requestId = '') =>
  failure('DUPLICATE_CLIENT_ORDER_ID', `requestId "${requestId}" was already used for another request.`)

/** @throws {RequestFailure} TIMEOUT if the outcome is unknown; repeating the request with the same id gives it */
async function certain<Outcome>(change: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await change()
  } catch (error) {
    if (!(error instanceof InDoubt)) throw error
    throw failure('TIMEOUT', 'The connection to the database broke. Send the same id again to learn the outcome.', {
      outcome: 'unknown',
      finalAt: Date.now() + ANSWER_MS_MAX,
    })
  }
}
