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

/** The documents that describe the protocol: built when they are first asked for, and then kept. */
export class Documents {
  readonly #built = new Map<DocumentName, Built>()

  /**
   * Sends one, or 304 to who has it already. They are the same for everyone and say nothing of anyone, so a page of any
   * origin may read them: viewers and generators are such pages.
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
