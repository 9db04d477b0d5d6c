import type { PageSource } from '@valiant/shared/protocol/page'
import type { DisplayChoice } from '#lib/display/display-choice.ts'
import type { Notation } from '#lib/notation/notation.ts'
import type { Appearance } from '#lib/session/appearance.ts'

declare global {
  namespace App {
    interface Platform {
      /** Node's request, on which Express puts what the page reads of the running exchange. */
      req: { valiant?: PageSource }
    }
    interface Locals {
      /** What the page's load found that its visitor chose. */
      appearance?: Appearance
      display?: DisplayChoice
      notation?: Notation
    }
    interface Error {
      message: string
    }
  }
}
