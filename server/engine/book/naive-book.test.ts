import { NaiveBook } from './naive-book.ts'
import { bookContract } from './order-book.contract.ts'

const makeBook = (maxTicks: number) => new NaiveBook(maxTicks)
bookContract('the naive book', makeBook, makeBook)
