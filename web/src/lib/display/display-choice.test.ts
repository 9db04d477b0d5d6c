import { expect, test } from 'vitest'
import {
  DEFAULT,
  DISPLAY_COOKIE,
  displayCookies,
  type DisplayChoice,
  displayFrom,
  displayOf,
  rootAttributes,
  rootDataOf,
} from './display-choice.ts'

const CHOICES: readonly DisplayChoice[] = [
  DEFAULT,
  { rows: 'roomy', book: 'asks', hasFlash: false, hasHollowRises: true, hasLessMotion: true },
  { ...DEFAULT, hasLessMotion: true },
  { ...DEFAULT, book: 'bids' },
]

test.each(CHOICES)('%j is read from its cookie, and from what the server keeps, as it was chosen', (choice) => {
  const [[name, cookie] = ['', '']] = displayCookies(choice)
  expect(name).toBe(DISPLAY_COOKIE)
  expect(displayOf(cookie)).toEqual(choice)
  expect(displayFrom(JSON.parse(JSON.stringify(choice)))).toEqual(choice)
})

test('what nobody chose, or another program wrote, is what everyone sees', () => {
  for (const cookie of [undefined, '', 'odd', '"><b>', 'roomy flash']) expect(displayOf(cookie)).toEqual(DEFAULT)
  expect(displayFrom({ rows: 'huge', book: 'left', hasFlash: 'no', hasHollowRises: 1 })).toEqual(DEFAULT)
  for (const value of [undefined, null, 7, 'roomy', []]) expect(displayFrom(value)).toBeUndefined()
})

test('the root says it in words that styles know; with less motion no price flashes', () => {
  expect(rootAttributes(DEFAULT)).toBe('data-rows="dense" data-rises="solid" data-flash="on" data-motion="full"')
  expect(rootDataOf({ ...DEFAULT, hasFlash: false })).toMatchObject({ flash: 'off', motion: 'full' })
  expect(rootDataOf({ ...DEFAULT, hasLessMotion: true })).toMatchObject({ flash: 'off', motion: 'less' })
})
