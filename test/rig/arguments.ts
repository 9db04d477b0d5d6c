import { InvalidArgumentError } from 'commander'

/** For an option of commander. @throws when the text is no whole number of 0 or more */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number.')
  return value
}

/** For an option of commander. @throws when the text is no number above 0 */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}
