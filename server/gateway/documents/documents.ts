import { createHash } from 'node:crypto'
import type { DocumentName } from '@valiant/shared/protocol/rest'
import type { Response } from 'express'
import { asyncApi } from './asyncapi.ts'
import { openApi } from './openapi.ts'

interface Built {
  readonly text: string
  readonly etag: string
}

const BUILD: Readonly<Record<DocumentName, () => object>> = { openapi: openApi, asyncapi: asyncApi }

/** The documents that describe the protocol, each built on first use. */
export class Documents {
  readonly #built = new Map<DocumentName, Built>()

  /**
   * Sends one, or 304 if the client has it already. They are the same for everyone and hold nothing private, so pages of
   * any origin, such as viewers and generators, may read them.
   */
  send(name: DocumentName, response: Response): void {
    const { text, etag } = this.#of(name)
    response
      .set({
        etag,
        'cache-control': 'no-cache',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      })
      .type('json')
      .send(text)
  }

  #of(name: DocumentName): Built {
    const known = this.#built.get(name)
    if (known !== undefined) return known
    const text = JSON.stringify(BUILD[name]())
    const built = { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
    this.#built.set(name, built)
    return built
  }
}
