import type { Attachment } from 'svelte/attachments'

/** Marks the edges at which a horizontal scroller has more: `data-more` is "left", "right" or both. */
export const moreBeyond: Attachment<HTMLElement> = (list) => {
  const mark = () => {
    const { scrollLeft, clientWidth, scrollWidth } = list
    const left = scrollLeft > 1 ? ['left'] : []
    const right = scrollLeft + clientWidth < scrollWidth - 1 ? ['right'] : []
    list.dataset['more'] = [...left, ...right].join(' ')
  }
  const observer = new ResizeObserver(mark)
  observer.observe(list)
  // A new count makes a tab wider, but not the list.
  for (const tab of list.children) observer.observe(tab)
  list.addEventListener('scroll', mark, { passive: true })
  return () => {
    observer.disconnect()
    list.removeEventListener('scroll', mark)
  }
}
