import { storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

/** Of this browser, as its permission is: `denied` until its settings say otherwise, `unsupported` where it shows none of a page. */
export type NoticesState = 'off' | 'on' | 'denied' | 'unsupported'

export interface Notice {
  readonly title: string
  readonly text: string
  /** Of what it tells: every open tab shows it, and the browser one for all. */
  readonly id: string
  /** Opens what it tells of, in this tab. */
  readonly open?: () => void
}

const NOTICES_KEY = 'valiant_notices'

/** As it stands now; another tab, or the browser's settings, may have changed it. In the browser only. */
export function noticesState(): NoticesState {
  if (!('Notification' in window)) return 'unsupported'
  if (readLocal(NOTICES_KEY) !== true) return 'off'
  return Notification.permission === 'granted' ? 'on' : 'denied'
}

/** Within a press: only then may a browser be asked. The first notice says that it worked. */
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

/** @returns whether it was shown: only where that is wished, and some phones show none of a page, whatever they permitted */
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
