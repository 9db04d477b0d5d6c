import type { Answer, ServerClosing } from '@valiant/shared/protocol/events'
import { type OpenTransport, openSocketTransport } from '@valiant/shared/client/transport'

/** Records the steps of each order and connection, to find out why something took long. */
export class Trails {
  readonly #steps = new Map<string, string[]>()

  /** Opens transports of one trader, recording connections under the trader's name and orders under their clientOrderId. */
  openTransportOf(trader: string): OpenTransport {
    return (options, listeners) => this.#openTransport(trader, options, listeners)
  }

  #openTransport(trader: string, ...[options, listeners]: Parameters<OpenTransport>): ReturnType<OpenTransport> {
    let instance = '?'
    const asked = new Set<string>()
    this.note(trader, 'connecting')
    const transport = openSocketTransport(options, {
      frame: (event, payload) => {
        if (event === 'welcome') {
          instance = (payload as { instanceId: string }).instanceId.slice(0, 4)
          this.note(trader, `connected to ${instance}`)
        } else if (event === 'server.closing') {
          this.note(trader, `${instance} closes in ${(payload as ServerClosing).afterMs} ms`)
        }
        listeners.frame(event, payload)
      },
      lost: (end) => {
        this.note(trader, `${instance} lost: ${end.message}`)
        for (const id of asked) this.note(id, `${instance} lost: ${end.message}`)
        listeners.lost(end)
      },
    })
    return {
      send: (event, payload, answered) => {
        const { clientOrderId: id } = payload as { clientOrderId?: string }
        if (id === undefined) {
          transport.send(event, payload, answered)
          return
        }
        this.note(id, `${event} to ${instance}`)
        asked.add(id)
        transport.send(event, payload, (answer) => {
          asked.delete(id)
          this.note(id, `${instance} answers ${answerText(answer)}`)
          answered(answer)
        })
      },
      close: () => {
        this.note(trader, `${instance} closed`)
        for (const id of asked) this.note(id, `${instance} closed`)
        transport.close()
      },
    }
  }

  note(id: string, step: string): void {
    const steps = this.#steps.get(id) ?? []
    this.#steps.set(id, steps)
    steps.push(`${new Date().toISOString().slice(11, 23)} ${step}`)
  }

  /** Drops the steps of an order that nobody will look at. */
  forget(id: string): void {
    this.#steps.delete(id)
  }

  of(id: string): readonly string[] {
    return this.#steps.get(id) ?? []
  }
}

export const answerText = (answer: Answer): string =>
  answer.ok ? 'ok' : `${answer.error.code} (${answer.error.outcome}): ${answer.error.message}`
