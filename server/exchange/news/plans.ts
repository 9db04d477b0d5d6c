import type { CorporateAction } from '../../journal/corporate-actions.ts'

interface Changes {
  readonly made: readonly CorporateAction[]
  /** They are not there any more: called off, or applied. */
  readonly gone: readonly CorporateAction[]
}

const NOTHING: Changes = { made: [], gone: [] }

/**
 * What the operator plans, from one look to the next. What stands there at the first look is known: who led before may
 * have told it.
 */
export class Plans {
  #seen: readonly CorporateAction[] | undefined

  /** @param actions the same array as before has not changed */
  changesTo(actions: readonly CorporateAction[]): Changes {
    const before = this.#seen
    this.#seen = actions
    if (before === undefined || before === actions) return NOTHING
    return { made: without(actions, before), gone: without(before, actions) }
  }
}

function without(actions: readonly CorporateAction[], others: readonly CorporateAction[]): CorporateAction[] {
  const ids = new Set(others.map(({ id }) => id))
  return actions.filter(({ id }) => !ids.has(id))
}
