import { NaiveBook } from './naive-book.ts'
import { OrderBook } from './order-book.ts'
import { bookContract } from './order-book.contract.ts'

bookContract(
  'the fast book',
  (maxTicks) => new OrderBook(maxTicks),
  (maxTicks) => new NaiveBook(maxTicks),
)
