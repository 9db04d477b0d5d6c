/** Multipliers and pushes by which an operator or a scenario bends one instrument's market; all others are the model's. */
export interface Conditions {
  /** Pull on the latent value, log value a second. */
  readonly force: number
  readonly volatility: number
  /** Makers' liveliness (quotes and cancels alike), how many quotes rest, their half spread, their size. */
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
