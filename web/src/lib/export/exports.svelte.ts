import { saveFile } from '#lib/ui/save-file.ts'
import { fileName, listFile, type ListName } from './list-file.ts'

export type ExportState =
  { readonly phase: 'idle' } | { readonly phase: 'reading' | 'saved' | 'failed' | 'stopped'; readonly rows: number }

/** One list of an account, on its way into a file. */
export class ListExport {
  state = $state.raw<ExportState>({ phase: 'idle' })
  readonly #list: ListName
  readonly #account: { readonly id: string; readonly name: string }
  #stop: AbortController | undefined

  constructor(list: ListName, account: { readonly id: string; readonly name: string }) {
    this.#list = list
    this.#account = account
  }

  async save(): Promise<void> {
    this.stop()
    const { signal } = (this.#stop = new AbortController())
    let rows = 0
    this.state = { phase: 'reading', rows }
    try {
      const onrows = (count: number) => (this.state = { phase: 'reading', rows: (rows = count) })
      const file = await listFile({ list: this.#list, accountId: this.#account.id, signal, onrows })
      saveFile(file, fileName(this.#account.name, this.#list, Date.now()))
      this.state = { phase: 'saved', rows }
    } catch {
      this.state = { phase: signal.aborted ? 'stopped' : 'failed', rows }
    }
  }

  stop(): void {
    this.#stop?.abort()
  }
}
