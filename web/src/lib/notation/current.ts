import { DEFAULT, type Notation } from './notation.ts'

let read: () => Notation = () => DEFAULT

/**
 * The notation of the current page. Formatting functions read it on every call, also where no component's context
 * reaches.
 */
export const notation = (): Notation => read()

/**
 * Sets where the notation is read. A function rather than a value, so that no visitor's notation leaks into another's
 * page: on the server it reads the current request, in the browser the state of its one visitor.
 */
export function readNotationFrom(source: () => Notation): void {
  read = source
}
