import { EVENTS, type EventName } from '@valiant/shared/protocol/events'
import { EVENT_EXAMPLES, REQUEST_EXAMPLES } from '@valiant/shared/protocol/examples'
import { type JsonSchema, jsonSchemas, referredTo } from '@valiant/shared/protocol/json-schemas'
import { type RequestName, REQUESTS } from '@valiant/shared/protocol/requests'
import { REST_ROUTES } from '@valiant/shared/protocol/rest'
import { fieldsOf, typeText } from './schema-text.ts'

/** One entry of the reference. */
export interface Entry {
  readonly name: string
  readonly about: string
  /** Its parts: the fields of a payload or a frame. */
  readonly parts: readonly Part[]
  readonly example?: string | undefined
}
export interface Part {
  readonly title: string
  /** Its type, where it is not an object with fields. */
  readonly type: string
  readonly fields: ReturnType<typeof fieldsOf>
}

const build = () => {
  const requests = Object.keys(REQUESTS) as RequestName[]
  const events = Object.keys(EVENTS) as EventName[]
  const wanted = [
    ...requests.flatMap((name) => [
      [`${name}.payload`, REQUESTS[name].payload] as const,
      [`${name}.data`, REQUESTS[name].data] as const,
    ]),
    ...events.map((name) => [`${name}.frame`, EVENTS[name]] as const),
  ]
  const { schemas, nameOf } = jsonSchemas(Object.fromEntries(wanted), {
    dialect: 'draft-2020-12',
    refTo: (name) => name,
  })
  const part = (title: string, schema: JsonSchema = {}): Part => ({
    title,
    type: typeText(schema),
    fields: fieldsOf(schema),
  })
  const types = referredTo(
    wanted.map(([, schema]) => schemas[nameOf(schema)]),
    schemas,
  )
  return {
    requests: requests.map((name): Entry => {
      const { summary, scope, payload, data } = REQUESTS[name]
      const rest = REST_ROUTES.filter(({ served }) => 'request' in served && served.request === name)
      const routes = rest.map(({ method, path }) => `${method} /api${path}`).join(', ')
      const over = routes === '' ? '' : ` Over REST: ${routes}.`
      const example = REQUEST_EXAMPLES[name]
      return {
        name,
        about: `${summary} ${scope === 'public' ? 'Anyone may ask.' : `Scope: ${scope}.`}${over}`,
        parts: [part('Payload', schemas[nameOf(payload)]), part('Answer', schemas[nameOf(data)])],
        example: example && `${shown(example.payload)}\n${shown({ ok: true, data: example.data })}`,
      }
    }),
    events: events.map((name): Entry => {
      const example = EVENT_EXAMPLES[name]
      const schema = schemas[nameOf(EVENTS[name])]
      const about = schema?.description ?? ''
      return { name, about, parts: [part('Frame', schema)], example: example && shown(example) }
    }),
    types: Object.entries(types).map(([name, schema]): Entry => ({
      name,
      about: schema.description ?? '',
      parts: [part('', schema)],
    })),
  }
}
export type Reference = ReturnType<typeof build>

const shown = (value: unknown): string => JSON.stringify(value)

let built: Reference | undefined
/** All requests, events and types of the protocol, from its schemas; built once, the same for every visitor. */
export const reference = (): Reference => (built ??= build())
