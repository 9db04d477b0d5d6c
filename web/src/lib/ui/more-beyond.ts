import type { Attachment } from 'svelte/attachments'

/** Marks at which edges of what scrolls sideways there is more: `data-more` is "left", "right", or both. */
export const moreBeyond: Attachment<HTMLElement> = (list) => {
  const mark = () => {
    const { scrollLeft, clientWidth, scrollWidth } = list
    const left = scrollLeft > 1 ? ['left'] : []
    const right = scrollLeft + clientWidth < scrollWidth - 1 ? ['right'] : []
    list.dataset['more'] = [...left, ...right].join(' ')
  }
  const observer = new ResizeObserver(mark)
  observer.observe(list)
  // A count that comes makes a tab wider, not the list.
  for (const tab of list.children) observer.observe(tab)
  list.addEventListener('scroll', mark, { passive: true })
  return () => {
    observer.disconnect()
    list.removeEventListener('scroll', mark)
  }
}
