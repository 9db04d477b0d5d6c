import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { traceHeadersOf } from '../../telemetry/tracing.ts'
import type { CommandEntry, NewCommand } from '../commands.ts'
import type { ExchangeRequest } from '../exchange-request.ts'

/** The key of the stream of commands. */
export const STREAM = 'valiant:cmd'

/** Version of the fields below; a reader ignores entries of other versions. */
const VERSION = '1'
/** A command expires at the latest when its client stops waiting. One that would live longer was dated by another clock. */
const LIFE_MS_MAX = ANSWER_MS_MAX + 1_000

/** Encodes a command as the fields of an entry. */
export function toFields({
  id,
  gateway,
  commandId,
  payloadHash,
  expiresAtMs,
  request,
  copy,
  trace,
}: NewCommand): string[] {
  const known = commandId === undefined ? [] : ['cid', commandId, 'hash', payloadHash ?? '']
  // Instances of earlier versions ignore fields that they do not know.
  const counted = copy === undefined ? [] : ['n', String(copy)]
  const followed = trace === undefined ? [] : ['tr', JSON.stringify(trace)]
  const head = ['v', VERSION, 'id', id, 'gw', gateway, 'exp', String(expiresAtMs)]
  return [...head, ...known, ...counted, ...followed, 'p', JSON.stringify(request)]
}

/** Decodes an entry. @returns undefined if it is not a command of this version, or was dated by another clock than `nowMs` */
export function toEntry(position: string, fields: readonly string[], nowMs: number): CommandEntry | undefined {
  const found = new Map<string, string>()
  for (let index = 0; index + 1 < fields.length; index += 2) found.set(fields[index] ?? '', fields[index + 1] ?? '')
  const [id, gateway, payload] = [found.get('id'), found.get('gw'), found.get('p')]
  const expiresAtMs = Number(found.get('exp'))
  if (found.get('v') !== VERSION || id === undefined || gateway === undefined || payload === undefined) return undefined
  if (!Number.isFinite(expiresAtMs) || expiresAtMs > nowMs + LIFE_MS_MAX) return undefined
  const request = parsed(payload) as ExchangeRequest | undefined
  if (request === undefined) return undefined
  const [commandId, payloadHash, traced] = [found.get('cid'), found.get('hash'), found.get('tr')]
  const copy = Number(found.get('n'))
  const trace = traced === undefined ? undefined : traceHeadersOf(parsed(traced))
  return {
    position,
    id,
    gateway,
    expiresAtMs,
    request,
    ...(commandId !== undefined && { commandId }),
    ...(payloadHash !== undefined && payloadHash !== '' && { payloadHash }),
    ...(copy > 0 && { copy }),
    ...(trace !== undefined && { trace }),
  }
}

/** The gateway has validated the payload, so here it only has to be JSON. */
function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}

/** Compares positions `ms-n` by the first number, then by the second. Negative if `a` is before `b`. */
export function comparePositions(a: string, b: string): number {
  const [first, second] = [partsOf(a), partsOf(b)]
  return first.ms - second.ms || first.n - second.n
}

/** The smallest position after this one. */
export function nextPosition(position: string): string {
  const { ms, n } = partsOf(position)
  return `${ms}-${n + 1}`
}

function partsOf(position: string): { ms: number; n: number } {
  const [ms = 0, n = 0] = position.split('-').map(Number)
  return { ms, n }
}
