import type { CorporateAction } from '../../journal/corporate-actions.ts'

interface Changes {
  readonly made: readonly CorporateAction[]
  /** Actions no longer scheduled: canceled or applied. */
  readonly gone: readonly CorporateAction[]
}

const NOTHING: Changes = { made: [], gone: [] }

/**
 * The changes of scheduled actions from one look to the next. Those present at the first look are not changes, because
 * the previous leader may have announced them.
 */
export class Plans {
  #seen: readonly CorporateAction[] | undefined

  /** @param actions the same array as before means no changes */
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
