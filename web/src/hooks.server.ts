import type { Handle } from '@sveltejs/kit/hooks'
import { appearanceOf, THEME_COLORS } from '#lib/session/appearance.ts'

/** Writes theme and palette into the page before it leaves, so that no other one is ever painted. */
export const handle: Handle = ({ event, resolve }) => {
  const { choice, palette } = appearanceOf((name) => event.cookies.get(name))
  const theme = choice === 'light' ? 'light' : 'dark'
  return resolve(event, {
    transformPageChunk: ({ html }) =>
      html
        .replace('%valiant.theme%', theme)
        .replace('%valiant.choice%', choice)
        .replace('%valiant.palette%', palette)
        .replace('%valiant.color%', THEME_COLORS[theme]),
    preload: ({ type, path }) => type === 'js' || type === 'css' || (type === 'font' && path.includes('inter-latin')),
  })
}
