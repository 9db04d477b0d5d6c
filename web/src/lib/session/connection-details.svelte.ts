import type { Client } from '@valiant/shared/client/client'
import type { Welcome } from '@valiant/shared/protocol/events'
import { latencyFigures, type LatencySample, withSample } from './latency.ts'

/** Details of the connection: its latency, and the instance it leads to. */
export class ConnectionDetails {
  /** Oldest first. */
  samples = $state.raw<readonly LatencySample[]>([])
  /** What the instance sent on connecting. */
  welcome = $state.raw<Welcome | undefined>()
  /** The epoch of the exchange's leader; 0 while unknown. */
  epoch = $state.raw(0)
  readonly figures = $derived(latencyFigures(this.samples))

  /** @returns stops following */
  follow(client: Client): () => void {
    const stops = [
      client.on('welcome', (welcome) => {
        this.welcome = welcome
        this.epoch = welcome.epoch
      }),
      client.on('heartbeat', ({ epoch }) => {
        this.epoch = epoch
      }),
      // The state has a latency once per measurement.
      client.on('connection', (state) => {
        if (state.phase !== 'live' || state.latencyMs === undefined) return
        this.samples = withSample(this.samples, { atMs: Date.now(), latencyMs: state.latencyMs })
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }
}
