import { intervalOfKey } from '#lib/chart/intervals.ts'
import { ORDER_TYPES } from '#lib/ticket/draft.ts'
import { isCommand } from '#lib/ui/keyboard-context.ts'
import type { WorkspaceState } from './workspace.svelte.ts'

/**
 * The workspace's keys. Letters are dead in text fields; Ctrl+Enter and Esc are not. A key that is held is no answer
 * to what it asked.
 * @returns whether the key was one
 */
export function takeKey(event: KeyboardEvent, workspace: WorkspaceState): boolean {
  const { ticket, actions } = workspace
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return done(() => ticket.press())
  const type = event.altKey ? ORDER_TYPES[Number(/^Digit([1-5])$/.exec(event.code)?.[1]) - 1] : undefined
  if (type && workspace.instrument.orderTypes.includes(type)) return done(() => ticket.edit({ type }))
  if (event.key === 'Escape') {
    if (ticket.isConfirming) return done(() => ticket.sender.back())
    if (actions.asking !== undefined || actions.editing !== undefined) return done(() => actions.keep())
    if (ticket.receipts.items.length > 0 || ticket.receipts.refusal) return done(() => ticket.receipts.dismiss())
    return false
  }
  if (!isCommand(event)) return false

  const interval = intervalOfKey(event.key)
  if (interval) return done(() => void workspace.candles.show(interval))
  // Caps Lock changes no command; Shift may.
  switch (event.shiftKey ? event.key : event.key.replace(/^[A-Z]$/, (letter) => letter.toLowerCase())) {
    case 'b':
      return done(() => ticket.edit({ side: 'buy' }))
    case 's':
      return done(() => ticket.edit({ side: 'sell' }))
    case 'l':
      return done(() => ticket.edit({ type: 'limit' }))
    case 'm':
      return done(() => ticket.edit({ type: 'market' }))
    case '[':
      return done(() => ticket.stepPercent(-1))
    case ']':
      return done(() => ticket.stepPercent(1))
    case 'ArrowUp':
    case 'ArrowDown':
      if (!isFree(event.target)) return false
      return done(() => ticket.stepPrice((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1)))
    case 'x':
      if (workspace.orderCount === 0 || !workspace.canAct) return false
      if (event.repeat) return true
      return done(() => {
        workspace.show('orders')
        if (actions.isAgain('cancelAll')) void actions.cancelAll()
      })
    case 'c': {
      const { position } = workspace
      if (!position || !workspace.canAct) return false
      if (event.repeat) return true
      return done(() => {
        workspace.show('positions')
        if (actions.isAgain(`close ${workspace.instrument.symbol}`)) void actions.close(position.position)
      })
    }
    default:
      return false
  }
}

/** Arrows belong to what has the focus, if it is anything that uses them. */
const isFree = (target: EventTarget | null): boolean =>
  !(target instanceof Element) ||
  target.closest('[role=tablist], [role=radiogroup], select, [role=menu], [role=listbox]') === null

function done(act: () => void): true {
  act()
  return true
}
