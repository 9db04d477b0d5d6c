// Plain JavaScript, since an old Node could not even read the rest: npm scripts run the Node 24 that `npm ci` brings,
// but not on platforms that have no build of it, nor after --omit=optional or --ignore-scripts.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Valiant needs Node 22.18 or newer to run, this is ${process.versions.node}. ` +
      '`npm ci` without --omit=optional and --ignore-scripts brings one; or get it from nodejs.org.',
  )
  process.exit(1)
}
