import { intervalOfKey } from '#lib/chart/intervals.ts'
import { ORDER_TYPES } from '#lib/ticket/draft.ts'
import type { Shortcuts } from '#lib/shortcuts/shortcuts.svelte.ts'
import { isAltCommand, isCommand, isOver } from '#lib/ui/keyboard-context.ts'
import type { WorkspaceState } from './workspace.svelte.ts'

/**
 * Handles the workspace's keys. Letters do nothing in text fields; Esc works everywhere, Ctrl+Enter everywhere but in
 * other forms. Key repeat never confirms what the first press asked.
 * @returns whether the key was one of them
 */
export function takeKey(event: KeyboardEvent, workspace: WorkspaceState, shortcuts: Pick<Shortcuts, 'of'>): boolean {
  const { ticket, actions } = workspace
  if (event.defaultPrevented) return false
  // On full screen the ticket is hidden: its keys would act unseen.
  const hasTicket = document.fullscreenElement === null
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.altKey) {
    return hasTicket && mayPress(event) && done(() => ticket.press())
  }
  const type = ORDER_TYPES[Number(/^Digit([1-5])$/.exec(event.code)?.[1]) - 1]
  if (type && hasTicket && (isAltCommand(event) || isAltInTicketNumber(event))) {
    return workspace.instrument.orderTypes.includes(type) && done(() => ticket.edit({ type }))
  }
  if (event.key === 'Escape') {
    if (ticket.isConfirming) return done(() => ticket.sender.back())
    const { inPlace } = actions
    if (inPlace.asking !== undefined || inPlace.editing !== undefined) return done(() => inPlace.keep())
    if (ticket.receipts.items.length > 0 || ticket.receipts.refusal) return done(() => ticket.receipts.dismiss())
    return false
  }
  if (!isCommand(event)) return false

  const interval = intervalOfKey(event.key)
  if (interval) return done(() => void workspace.candles.show(interval))
  if (!hasTicket) return false
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    if (!isFree(event.target)) return false
    return done(() => ticket.stepPrice((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1)))
  }
  switch (shortcuts.of(event)) {
    case 'buy':
      return done(() => ticket.edit({ side: 'buy' }))
    case 'sell':
      return done(() => ticket.edit({ side: 'sell' }))
    case 'limit':
      return done(() => ticket.edit({ type: 'limit' }))
    case 'market':
      return done(() => ticket.edit({ type: 'market' }))
    case 'percentDown':
      return done(() => ticket.stepPercent(-1))
    case 'percentUp':
      return done(() => ticket.stepPercent(1))
    case 'cancelAll':
      if (workspace.orderCount === 0 || !workspace.canAct || actions.unanswered.has('cancelAll')) return false
      if (event.repeat) return true
      return done(() => {
        workspace.reveal('orders')
        if (actions.inPlace.isAgain('cancelAll')) void actions.cancelAll()
      })
    case 'close': {
      const { position } = workspace
      if (!position || !workspace.canAct || actions.unanswered.has(workspace.instrument.symbol)) return false
      if (event.repeat) return true
      return done(() => {
        workspace.reveal('positions')
        if (actions.inPlace.isAgain(`close ${workspace.instrument.symbol}`)) void actions.close(position.position)
      })
    }
    case 'favourite':
    case 'theme':
    case 'pages':
    case undefined:
      return false
  }
}

/** Alt+↓ and Alt+↑ lead to the next and the previous instrument of the watchlist. */
export function instrumentStepOf(event: KeyboardEvent): 1 | -1 | undefined {
  if (!isAltCommand(event)) return undefined
  return event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined
}

const ticketOf = (target: Element): Element | null => target.closest('[data-show=ticket]')

/** Ctrl+Enter in another form, in the search or in something open over the page is not about the ticket's order. */
const mayPress = (event: KeyboardEvent): boolean =>
  !(event.target instanceof Element) ||
  ticketOf(event.target) !== null ||
  (event.target.closest('form, input, textarea, [role=dialog]') === null && !isOver(event))

/** The ticket's number fields take no signs that Alt writes. */
const isAltInTicketNumber = ({ target, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  altKey &&
  !ctrlKey &&
  !metaKey &&
  target instanceof Element &&
  target.matches('[role=spinbutton]') &&
  ticketOf(target) !== null

/** Whether arrows are free for the ticket: the focused element has no use for them. */
const isFree = (target: EventTarget | null): boolean =>
  !(target instanceof Element) ||
  target.closest('[role=tablist], [role=radiogroup], select, [role=menu], [role=listbox]') === null

function done(act: () => void): true {
  act()
  return true
}
