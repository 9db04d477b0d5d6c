/** How long a test waits for what is bound to come: a busy machine stalls for seconds. A fault fails the test all the same, later. */
export const PATIENCE_MS = 30_000
