interface Member {
  readonly sector: string
  /** Dollars in 24 hours. */
  readonly turnover: number
  readonly changePct: number
}

export interface SectorTile {
  readonly sector: string
  readonly turnover: number
  /** Mean of its members, weighted by turnover. */
  readonly changePct: number
  /** Share of its row's width. */
  readonly share: number
}

const ROWS = [2, 3, 3, 4]
/** The narrowest tile whose name fits. */
const SHARE_MIN = 0.24

/** Sectors by turnover in rows of tiles, the largest first. */
export function sectorTiles(members: readonly Member[]): SectorTile[][] {
  const sums = new Map<string, { turnover: number; weighed: number }>()
  for (const { sector, turnover, changePct } of members) {
    const sum = sums.get(sector) ?? { turnover: 0, weighed: 0 }
    sums.set(sector, { turnover: sum.turnover + turnover, weighed: sum.weighed + turnover * changePct })
  }
  const sectors = [...sums]
    .map(([sector, { turnover, weighed }]) => ({ sector, turnover, changePct: turnover > 0 ? weighed / turnover : 0 }))
    .sort((a, b) => b.turnover - a.turnover)
  const rows: SectorTile[][] = []
  let from = 0
  for (let row = 0; from < sectors.length; row++) {
    const size = ROWS[row % ROWS.length] ?? 3
    rows.push(shared(sectors.slice(from, from + size)))
    from += size
  }
  return rows
}

function shared(row: readonly Omit<SectorTile, 'share'>[]): SectorTile[] {
  const total = row.reduce((sum, { turnover }) => sum + turnover, 0)
  const raw = row.map(({ turnover }) => Math.max(SHARE_MIN, total > 0 ? turnover / total : 1 / row.length))
  const sum = raw.reduce((all, share) => all + share, 0)
  return row.map((tile, index) => ({ ...tile, share: (raw[index] ?? 0) / sum }))
}
