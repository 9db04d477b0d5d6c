import { sentrySvelteKit } from '@sentry/sveltekit'
import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

/** Where the exchange listens while `vite dev` serves the page. */
const exchange = process.env['EXCHANGE'] ?? 'http://localhost:3000'

/**
 * Picks the part of Sentry that knows this SvelteKit. Loads are not wrapped: that would bring it into every first view.
 * Its own upload of source maps finds no end of a build in SvelteKit 3: see upload-source-maps.ts.
 */
const sentry = sentrySvelteKit({
  adapter: 'node',
  autoUploadSourceMaps: false,
  autoInstrument: false,
  telemetry: false,
})

export default defineConfig({
  server: { proxy: { '/socket.io': { target: exchange, ws: true }, '/api': exchange } },
  // For who uploads them: nothing that is served points to them.
  build: { sourcemap: process.env['SENTRY_AUTH_TOKEN'] ? 'hidden' : false },
  plugins: [
    sentry,
    sveltekit({
      adapter: adapter({ out: 'build', precompress: true }),
      compilerOptions: { runes: true },
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          // Widths and positions that follow the data are style attributes.
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:', 'blob:'],
          'font-src': ['self'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
})
