/** A Prometheus that runs. */
export interface Prometheus {
  /** @throws when it refuses the question */
  ask<Answer>(path: string): Promise<Answer>
  query(expr: string): Promise<readonly Sample[]>
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

export function prometheusAt(address: string): Prometheus {
  async function ask<Answer>(path: string): Promise<Answer> {
    const response = await fetch(new URL(path, address))
    const body = (await response.json()) as { status: string; error?: string; data: Answer }
    if (body.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${body.error}`)
    return body.data
  }
  return {
    ask,
    query: async (expr) =>
      (await ask<{ result: readonly Sample[] }>(`/api/v1/query?query=${encodeURIComponent(expr)}`)).result,
  }
}
