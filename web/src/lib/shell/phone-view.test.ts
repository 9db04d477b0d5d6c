import { expect, test } from 'vitest'
import { phoneViewOf } from './phone-view.ts'

test.each([
  ['/', 'markets'],
  ['/account', 'other'],
  ['/trade/NOVA', 'chart'],
  ['/trade/NOVA?tab=book', 'book'],
  ['/trade/NOVA?tab=nothing', 'chart'],
  ['/trade/NOVA?first=buy', 'ticket'],
  ['/trade/NOVA?first=buy&tab=positions', 'positions'],
])('%s is the view %s', (address, view) => {
  expect(phoneViewOf(new URL(address, 'http://localhost'))).toBe(view)
})
