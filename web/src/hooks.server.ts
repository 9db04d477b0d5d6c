import { SENTRY_DSN } from '$app/env/private'
import { SENTRY_DSN_WEB } from '$app/env/public'
import { getRequestEvent } from '$app/server'
import { type Handle, type HandleServerError, sequence } from '@sveltejs/kit/hooks'
import { DISPLAY_COOKIE, displayOf, rootAttributes } from '#lib/display/display-choice.ts'
import { readNotationFrom } from '#lib/notation/current.ts'
import { NOTATION_COOKIE, notationOf } from '#lib/notation/notation.ts'
import { appearanceOf, THEME_COLORS } from '#lib/session/appearance.ts'

const sentry = SENTRY_DSN === '' ? undefined : await import('#lib/telemetry/server-hooks.ts')

/** Notation is per request, however many render at once; an error page may come without a load's locals. */
readNotationFrom(() => {
  const { locals, cookies } = getRequestEvent()
  return (locals.notation ??= notationOf(cookies.get(NOTATION_COOKIE)))
})

/** The same thread serves the market: one address must not keep it busy. Files do not come this way. */
const limitPages: Handle = async ({ event, resolve }) => {
  const retryAfterMs = (await event.platform?.req.valiant?.admit()) ?? 0
  if (retryAfterMs === 0) return resolve(event)
  const headers = { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)), 'cache-control': 'no-store' }
  return new Response('Too many pages from this address. Try again in a moment.', { status: 429, headers })
}

/** Writes theme, palette and display into the page, so that the first paint is right. */
const dress: Handle = ({ event, resolve }) => {
  return resolve(event, {
    transformPageChunk: ({ html }) => {
      // By now the page's load has read the user's stored preferences; an error page has no load.
      const { choice, palette } = event.locals.appearance ?? appearanceOf((name) => event.cookies.get(name))
      const display = event.locals.display ?? displayOf(event.cookies.get(DISPLAY_COOKIE))
      const theme = choice === 'light' ? 'light' : 'dark'
      return html
        .replace('%valiant.theme%', theme)
        .replace('%valiant.choice%', choice)
        .replace('%valiant.palette%', palette)
        .replace('%valiant.display%', rootAttributes(display))
        .replace('%valiant.color%', THEME_COLORS[theme])
        .replace('%valiant.light%', THEME_COLORS.light)
    },
    preload: ({ type, path }) => type === 'js' || type === 'css' || (type === 'font' && path.includes('inter-latin')),
  })
}

/**
 * A page shows its visitor's money: shared caches must not keep it, and the browser revalidates it. SvelteKit's stricter
 * header on data requests stays.
 */
const keepPrivate: Handle = async ({ event, resolve }) => {
  const response = await resolve(event)
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-cache')
  return response
}

/** Allows the page to connect to Sentry, where that is configured. */
const allowTelemetry: Handle = async ({ event, resolve }) => {
  const response = await resolve(event)
  const policy = response.headers.get('content-security-policy')
  if (policy !== null && SENTRY_DSN_WEB !== '') {
    const { origin } = new URL(SENTRY_DSN_WEB)
    response.headers.set(
      'content-security-policy',
      policy.replace("connect-src 'self'", `connect-src 'self' ${origin}`),
    )
  }
  return response
}

export const handle: Handle = sequence(
  limitPages,
  ...(sentry ? [sentry.handle] : []),
  keepPrivate,
  allowTelemetry,
  dress,
)

export const handleError: HandleServerError | undefined = sentry?.handleError
