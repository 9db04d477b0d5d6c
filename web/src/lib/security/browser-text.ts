/** The first that fits is it: each browser's words name those it descends from as well. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const DEVICES: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]

const firstIn = (kinds: typeof BROWSERS, agent: string) => kinds.find(([pattern]) => pattern.test(agent))?.[1]

/** What a browser says it is, in as few words as tell one's own apart: "Firefox on Windows". */
export function browserWords(userAgent: string): string {
  const browser = firstIn(BROWSERS, userAgent)
  if (browser === undefined) return userAgent === '' ? 'Unknown' : 'Another program'
  const device = firstIn(DEVICES, userAgent)
  return device === undefined ? browser : `${browser} on ${device}`
}

/** How long ago it was used; the server knows it to the hour. */
export function usedWords(agoMs: number): string {
  const hours = Math.floor(agoMs / 3_600_000)
  if (hours < 1) return 'In the last hour'
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`
}
