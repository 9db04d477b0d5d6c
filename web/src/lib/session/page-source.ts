import type { PageSource } from '@valiant/shared/protocol/page'
import { error } from '@sveltejs/kit'

/** What this request's page may read from the running exchange. @throws 503 if the page is served without one */
export function pageSource(event: { platform: App.Platform | undefined }): PageSource {
  const source = event.platform?.req.valiant
  if (!source) error(503, 'The exchange isn’t there. Start it with npm start, and open its own address.')
  return source
}
