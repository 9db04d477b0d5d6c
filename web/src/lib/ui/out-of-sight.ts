import type { Attachment } from 'svelte/attachments'

/**
 * Reports whether an element is out of sight, at first and at each change.
 * @param rootMargin the IntersectionObserver's
 */
export const outOfSight =
  (report: (isAway: boolean) => void, rootMargin = '0px'): Attachment<HTMLElement> =>
  (element) => {
    const observer = new IntersectionObserver(([entry]) => report(entry?.isIntersecting === false), { rootMargin })
    observer.observe(element)
    return () => observer.disconnect()
  }
