/** Some browsers read a file after they were told to keep it: it stays for so long. */
const KEPT_MS = 60_000

/** Hands a file to the browser to be kept. */
export function saveFile(file: Blob, name: string): void {
  const href = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS)
}
