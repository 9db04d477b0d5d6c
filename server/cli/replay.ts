import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { reasonOf, StartupError } from '../database/startup-error.ts'
import { Replay } from '../engine/recording/replay.ts'
import { stateText } from '../engine/recording/state-text.ts'

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .argument('<file>', 'lines of JSON, as an engine that is recorded writes them')
    .description('play a recording into a new engine and print the hash of the state that it ends in')
    .action(async (file: string) => {
      const { hash, calls, node } = await replayFile(file)
      if (node !== process.versions.node) console.error(`Recorded with Node ${node}, this is ${process.versions.node}.`)
      console.log(`${hash}  ${calls} calls`)
    })
}

/** Reads line by line: a recording may be larger than memory. */
export async function replayFile(file: string): Promise<{ hash: string; calls: number; node: string }> {
  let replay: Replay | undefined
  let calls = 0
  for await (const line of linesOf(file)) {
    if (replay === undefined) replay = replayOf(file, line)
    else {
      replay.line(line)
      calls++
    }
  }
  if (replay === undefined) throw new StartupError(`${file} is empty: expected the head of a recording.`)
  return { hash: hashOfState(replay.engine), calls, node: replay.head.node }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  } catch (cause) {
    throw new StartupError(`${file} cannot be read: ${reasonOf(cause)}.`, { cause })
  }
}

function replayOf(file: string, head: string): Replay {
  try {
    return new Replay(head)
  } catch (cause) {
    const expected = 'expected the head of a recording as its first line'
    throw new StartupError(`${file} is no recording: ${expected} (${reasonOf(cause)}).`, { cause })
  }
}

/** A short name for a state. */
export const hashOfState = (engine: Parameters<typeof stateText>[0]): string =>
  createHash('sha256').update(stateText(engine)).digest('hex')
