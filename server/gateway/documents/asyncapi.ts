import { ERROR_CODES, ERRORS, type ErrorCode } from '@valiant/shared/protocol/errors'
import { type EventName, EVENTS } from '@valiant/shared/protocol/events'
import { EVENT_EXAMPLES, REQUEST_EXAMPLES } from '@valiant/shared/protocol/examples'
import { badAnswer, goodAnswer, jsonSchemas, referredTo, type SchemaBook } from '@valiant/shared/protocol/json-schemas'
import { PROTOCOL_VERSION } from '@valiant/shared/protocol/limits'
import { type RequestName, REQUESTS } from '@valiant/shared/protocol/requests'
import type { z } from 'zod'
import { errorOf, refTo } from './components.ts'

const requestNames = Object.keys(REQUESTS) as RequestName[]
const eventNames = Object.keys(EVENTS) as EventName[]

/** Rejections of orders: only requests that change something may get these. */
const isOfOrders = (code: ErrorCode) => ERRORS[code].status === 422 || ERRORS[code].status === 409
const [anyFirst, ...anyOthers] = ERROR_CODES.filter((code) => !isOfOrders(code))
const REFUSALS: Readonly<Record<string, readonly [ErrorCode, ...ErrorCode[]]>> = {
  Refusal: [anyFirst ?? 'INVALID', ...anyOthers],
  TradingRefusal: ERROR_CODES,
}

/** All requests and events of the socket as AsyncAPI 3, generated from the tables that the gateway serves. */
export function asyncApi(): object {
  const book = jsonSchemas(schemasOfMessages(), { dialect: 'draft-7', refTo })
  const messages = { ...requestMessages(book), ...eventMessages(book), ...refusalMessages() }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Valiant over Socket.IO',
      version: `${PROTOCOL_VERSION}.0.0`,
      description:
        'A request is an emit with an acknowledgement, an event an emit of the server; the name of a message is the name ' +
        'emitted, and its payload the one argument. An emit without an acknowledgement is ignored, and every other one is ' +
        'answered within 5 s. Any Socket.IO 4 client can connect, with the transport websocket. Prices, quantities and money ' +
        'are decimal strings; fields named `…Ticks` and `…Lots` count ticks and lots of the instrument. Error codes: `/docs/errors`. ' +
        'Those that have a route over HTTP are in `/api/openapi.json`.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      exchange: {
        host: '{host}',
        pathname: '/socket.io',
        protocol: 'wss',
        description: 'The exchange that serves this document; ws without TLS.',
        variables: { host: { default: 'localhost:3000', description: 'Host and port of the exchange.' } },
        security: [{ $ref: '#/components/securitySchemes/session' }, { $ref: '#/components/securitySchemes/key' }],
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'The namespace of all requests and events',
        description:
          'The handshake may carry `auth: {apiKey, accountId, protocol: 1, resumeFrom, cancelOnDisconnect}`, each optional. Without a key and ' +
          'without the cookie of a session the socket is public: market data alone. A handshake that is refused ends in ' +
          '`connect_error` with `data: {code, message}`.',
        messages: Object.fromEntries(
          Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]),
        ),
      },
    },
    operations: { ...requestOperations(), ...eventOperations() },
    components: {
      messages,
      schemas: referredTo(messages, book.schemas),
      securitySchemes: {
        session: {
          ...{ type: 'httpApiKey', in: 'cookie', name: 'valiant.session_token' },
          description: 'Set by signing in; it counts only beside the `Origin` of the exchange.',
        },
        key: { type: 'apiKey', in: 'password', description: '`auth.apiKey` of the handshake.' },
      },
    },
  }
}

const answerName = (name: RequestName) => `${name}.answer`
/** A preview is refused like an order, though it changes nothing. */
const refusalOf = (name: RequestName) =>
  REQUESTS[name].changes || name === 'order.preview' ? 'TradingRefusal' : 'Refusal'

function schemasOfMessages(): Record<string, z.ZodType> {
  return Object.fromEntries<z.ZodType>([
    ...requestNames.map((name) => [`${name}.payload`, REQUESTS[name].payload] as const),
    ...requestNames.map((name) => [answerName(name), goodAnswer(REQUESTS[name].data, REQUESTS[name])] as const),
    ...eventNames.map((name) => [`${name}.frame`, EVENTS[name]] as const),
    ...Object.entries(REFUSALS).map(([name, codes]) => [name, badAnswer(codes)] as const),
  ])
}

function requestMessages(book: SchemaBook): Record<string, object> {
  return Object.fromEntries(
    requestNames.flatMap((name) => {
      const { summary } = REQUESTS[name]
      const example = REQUEST_EXAMPLES[name]
      const request = message(name, summary, book.nameOf(REQUESTS[name].payload), example?.payload)
      const good = example && { ok: true, data: example.data }
      return [
        [name, request],
        [answerName(name), message(name, `The acknowledgement of ${name}.`, answerName(name), good)],
      ]
    }),
  )
}

const eventMessages = (book: SchemaBook): Record<string, object> =>
  Object.fromEntries(
    eventNames.map((name) => {
      const { description = '' } = EVENTS[name]
      return [`event.${name}`, message(name, description, book.nameOf(EVENTS[name]), EVENT_EXAMPLES[name])]
    }),
  )

const refusalMessages = (): Record<string, object> =>
  Object.fromEntries(
    Object.entries(REFUSALS).map(([name, codes]) => [
      name,
      {
        ...message(name, 'The acknowledgement of what was not executed, or may not have been.', name, undefined),
        examples: codes.map((code) => ({ name: code, payload: { ok: false, error: errorOf(code) } })),
      },
    ]),
  )

const message = (name: string, summary: string, schema: string, example: unknown): object => ({
  ...{ name, summary, payload: { $ref: refTo(schema) } },
  ...(example !== undefined && { examples: [{ payload: example }] }),
})

const CHANNEL = { $ref: '#/channels/socket' }
const inChannel = (key: string) => ({ $ref: `#/channels/socket/messages/${key}` })

function requestOperations(): Record<string, object> {
  return Object.fromEntries(
    requestNames.map((name) => {
      const { summary, scope } = REQUESTS[name]
      const operation = {
        action: 'receive',
        channel: CHANNEL,
        summary,
        description: scope === 'public' ? 'Anyone may ask.' : `Needs an account and the scope \`${scope}\`.`,
        messages: [inChannel(name)],
        reply: { channel: CHANNEL, messages: [inChannel(answerName(name)), inChannel(refusalOf(name))] },
      }
      return [name, operation]
    }),
  )
}

const eventOperations = (): Record<string, object> =>
  Object.fromEntries(
    eventNames.map((name) => [
      `event.${name}`,
      { action: 'send', channel: CHANNEL, messages: [inChannel(`event.${name}`)] },
    ]),
  )
