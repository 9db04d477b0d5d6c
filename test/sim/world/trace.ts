/** A hash of everything that happened, which must be equal for two runs of one seed. Lines are kept only on request. */
export class Trace {
  readonly lines: string[] = []
  readonly #isTold: boolean
  #high = 0xdeadbeef
  #low = 0x41c6ce57

  constructor({ isTold }: { isTold: boolean }) {
    this.#isTold = isTold
  }

  note(atMs: number, who: string, text: string): void {
    const line = `${atMs.toFixed(3).padStart(10)} ${who.padEnd(12)} ${text}`
    for (let i = 0; i < line.length; i++) {
      const character = line.charCodeAt(i)
      this.#high = Math.imul(this.#high ^ character, 2654435761)
      this.#low = Math.imul(this.#low ^ character, 1597334677)
    }
    if (this.#isTold) this.lines.push(line)
  }

  get hash(): string {
    return (this.#high >>> 0).toString(16).padStart(8, '0') + (this.#low >>> 0).toString(16).padStart(8, '0')
  }
}
