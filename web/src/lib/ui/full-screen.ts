export async function leaveFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen()
}

/** The whole page takes the screen, not an element of it, so that receipts, toasts and menus stay visible. */
export async function toggleFullScreen(): Promise<void> {
  try {
    if (document.fullscreenElement) await leaveFullScreen()
    else await document.documentElement.requestFullscreen()
  } catch {
    // The browser may refuse, for example in an iframe: the page stays as it is.
  }
}
