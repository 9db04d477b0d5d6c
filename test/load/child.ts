import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process that does a part of a measurement, asked one question at a time; it ends when it is disposed of, or when we do. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  /**
   * Resolves when the process is ready to be asked.
   * @param module what it runs; `answerQuestions` is what that ends with
   */
  static async start(module: URL, { flags = [] }: { flags?: readonly string[] } = {}): Promise<Child> {
    const child = new Child(fork(fileURLToPath(module), { execArgv: [...process.execArgv, ...flags] }))
    await child.#next()
    return child
  }

  /** @throws {Error} when the process ends, or says that it could not */
  async ask<Answer>(question: object): Promise<Answer> {
    const answered = this.#next()
    this.#process.send(question)
    const { failed, answer } = await answered
    if (failed !== undefined) throw new Error(failed)
    return answer as Answer
  }

  #next(): Promise<Reply> {
    const child = this.#process
    return new Promise((resolve, reject) => {
      const ended = () =>
        reject(new Error(`a process of the measurement ended with ${child.exitCode ?? child.signalCode}`))
      child.once('exit', ended)
      child.once('message', (reply: Reply) => {
        child.off('exit', ended)
        resolve(reply)
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    await ended
  }
}

interface Reply {
  readonly answer?: unknown
  readonly failed?: string
}

/** The other side: says that it is ready, then answers until its parent goes. */
export function answerQuestions(answerTo: (question: never) => unknown): void {
  const reply = (message: Reply) => void process.send?.(message)
  process.on('message', (question: unknown) => {
    Promise.resolve()
      .then(() => answerTo(question as never))
      .then(
        (answer) => reply({ answer }),
        (error: unknown) => reply({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit(0))
  reply({})
}
