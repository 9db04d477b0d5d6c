import { closeSync, mkdtempSync, openSync, read, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const LINES_PER_WRITE = 1_000
const CHUNK_BYTES = 1 << 20

const readFrom = promisify(read)

/**
 * Stores the records of a run on disk until they are judged. The garbage collector would spend much time on a million objects
 * in memory, and this process also runs the fault proxies, which would stand still meanwhile.
 */
export class Archive<Line> implements Disposable {
  readonly #file: number
  #waiting: string[] = []

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'valiant-archive-'))
    this.#file = openSync(join(folder, 'lines'), 'w+')
    // The open file stays usable, and nothing is left behind, however this process ends.
    rmSync(folder, { recursive: true })
  }

  /** @param line a JSON value */
  add(line: Line): void {
    this.#waiting.push(JSON.stringify(line))
    if (this.#waiting.length >= LINES_PER_WRITE) this.#write()
  }

  /** All lines, oldest first. Read in chunks, so that other work can run in between. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Line> {
    this.#write()
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = Buffer.alloc(0)
    let at = 0
    for (;;) {
      const { bytesRead } = await readFrom(this.#file, chunk, 0, CHUNK_BYTES, at)
      if (bytesRead === 0) return
      at += bytesRead
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf('\n') + 1
      rest = bytes.subarray(end)
      for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') yield JSON.parse(line) as Line
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  #write(): void {
    if (this.#waiting.length === 0) return
    writeSync(this.#file, `${this.#waiting.join('\n')}\n`)
    this.#waiting = []
  }
}
