/**
 * The color of a text on a label: white or black, whichever has the higher contrast (WCAG 2), which is at least 4.58 on
 * any color. The chart library would write in white on light red and on gray, at 2.9 and 3.2.
 * @param background `#rrggbb`
 */
export function textOn(background: string): 'black' | 'white' {
  const linear = (at: number): number => {
    const part = Number.parseInt(background.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5) > EQUALLY_FAR ? 'black' : 'white'
}

/** The luminance at which white and black have the same contrast. */
const EQUALLY_FAR = Math.sqrt(1.05 * 0.05) - 0.05
