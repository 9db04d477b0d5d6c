import type { Client } from '@valiant/shared/client/client'
import type { Welcome } from '@valiant/shared/protocol/events'
import { latencyFigures, type LatencySample, withSample } from './latency.ts'

/** What is known of the connection beside its being live: how long the way is, and whom it leads to. */
export class ConnectionDetails {
  /** Oldest first. */
  samples = $state.raw<readonly LatencySample[]>([])
  /** What the instance said of itself when it was joined. */
  welcome = $state.raw<Welcome | undefined>()
  /** Of the exchange's leader; 0 while none is known. */
  epoch = $state.raw(0)
  readonly figures = $derived(latencyFigures(this.samples))

  /** @returns ends it */
  follow(client: Client): () => void {
    const stops = [
      client.on('welcome', (welcome) => {
        this.welcome = welcome
        this.epoch = welcome.epoch
      }),
      client.on('heartbeat', ({ epoch }) => {
        this.epoch = epoch
      }),
      // Told with a latency once for each measurement.
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
