/** Some browsers read the file only after the click: its URL stays valid this long. */
const KEPT_MS = 60_000

/** Downloads a file. */
export function saveFile(file: Blob, name: string): void {
  const href = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS)
}
