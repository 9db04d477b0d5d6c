import type { PageSource } from '@valiant/shared/protocol/page'

declare global {
  namespace App {
    interface Platform {
      /** Node's request, on which Express puts what the page reads of the running exchange. */
      req: { valiant?: PageSource }
    }
    interface Error {
      message: string
    }
  }
}
