/** Adjustments of one instrument's market by an operator or a scenario. Most are multipliers of the model's parameters. */
export interface Conditions {
  /** Drift of the latent value, in log value per second. */
  readonly force: number
  readonly volatility: number
  /** Of makers: rate of quotes and cancels, number of resting quotes, half spread, size. */
  readonly pace: number
  readonly placements: number
  readonly spread: number
  readonly depth: number
  readonly takers: number
  /** Added to ½ in the probability that a new parent order buys. */
  readonly bias: number
}

export const CALM: Conditions = {
  force: 0,
  volatility: 1,
  pace: 1,
  placements: 1,
  spread: 1,
  depth: 1,
  takers: 1,
  bias: 0,
}
