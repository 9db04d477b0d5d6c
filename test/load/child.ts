import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process that does a part of a measurement and answers one question at a time. It ends when it is disposed or when this process ends. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  /**
   * Resolves when the process is ready for questions.
   * @param module the module to run, which calls `answerQuestions`
   */
  static async start(module: URL, { flags = [] }: { flags?: readonly string[] } = {}): Promise<Child> {
    const child = new Child(fork(fileURLToPath(module), { execArgv: [...process.execArgv, ...flags] }))
    await child.#next()
    return child
  }

  /** @throws {Error} when the process ends or reports a failure */
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

/** The side of the child: reports that it is ready, then answers until its parent disconnects. */
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
