import { storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

/** This browser's permission: `denied` until changed in its settings, `unsupported` where pages cannot show notifications. */
export type NoticesState = 'off' | 'on' | 'denied' | 'unsupported'

export interface Notice {
  readonly title: string
  readonly text: string
  /** Every open tab shows it; by this tag the browser shows one for all. */
  readonly id: string
  /** Opens its subject in this tab. */
  readonly open?: () => void
}

const NOTICES_KEY = 'valiant_notices'

/** The current state; another tab or the browser's settings may have changed it. In the browser only. */
export function noticesState(): NoticesState {
  if (!('Notification' in window)) return 'unsupported'
  if (readLocal(NOTICES_KEY) !== true) return 'off'
  return Notification.permission === 'granted' ? 'on' : 'denied'
}

/** Call it from a click: only then may a page ask for permission. The first notice confirms that it worked. */
export async function turnOnNotices(): Promise<NoticesState> {
  if (!('Notification' in window)) return 'unsupported'
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  storeLocal(NOTICES_KEY, true)
  const text = 'Your price alerts show here, while Valiant is open in a tab.'
  if (showNotice({ title: 'Valiant', text, id: 'first' })) return 'on'
  turnOffNotices()
  return 'unsupported'
}

export function turnOffNotices(): NoticesState {
  storeLocal(NOTICES_KEY, false)
  return 'off'
}

/** @returns whether it was shown: only where the user turned notices on, and some phones show none even with permission */
export function showNotice({ title, text, id, open }: Notice): boolean {
  if (noticesState() !== 'on') return false
  try {
    const notice = new Notification(title, { body: text, tag: id, icon: '/favicon.svg' })
    notice.onclick = () => {
      window.focus()
      open?.()
      notice.close()
    }
    return true
  } catch {
    return false
  }
}
