import { DEFAULT, type Notation } from './notation.ts'

let read: () => Notation = () => DEFAULT

/**
 * In what the page is written. Whatever writes a number or a time asks it each time, deep in a sentence as well, where no
 * component's context reaches.
 */
export const notation = (): Notation => read()

/**
 * Where that is read. It is a question and not a value, so that nothing of one visitor is left behind for another: on the
 * server it is of the request that is being answered, in the browser the state of its one visitor.
 */
export function readNotationFrom(source: () => Notation): void {
  read = source
}
