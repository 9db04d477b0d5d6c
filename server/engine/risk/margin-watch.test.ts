import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newAccount } from '../new-account.ts'
import { Portfolio } from '../portfolio.ts'
import { MarginWatch } from './margin-watch.ts'

const portfolioOf = (account: number) => new Portfolio(newAccount(account, '', 0, 'margin'), 1)
const ANN = portfolioOf(20)
const BEN = portfolioOf(30)

describe('the margin watch', () => {
  it('returns noted accounts once, by number', () => {
    const watch = new MarginWatch()
    for (const portfolio of [BEN, ANN, BEN]) watch.note(portfolio)
    expect(watch.takeDue()).toEqual([ANN, BEN])
    expect(watch.takeDue()).toEqual([])
  })

  it('skips an account exactly as long as it can bear the movement of the marks', () => {
    const watch = new MarginWatch()
    watch.wait(ANN, 0.1)
    // A travel of 0.1 ÷ 1.1 is the largest whose steps certainly do not multiply to 1.1.
    watch.move(0.0908)
    expect(watch.takeDue()).toEqual([])
    watch.move(0.0001)
    expect(watch.takeDue()).toEqual([ANN])
  })

  it('returns accounts with less tolerance first, and those without any at once', () => {
    const watch = new MarginWatch()
    watch.wait(ANN, 0.5)
    watch.wait(BEN, 0)
    expect(watch.takeDue()).toEqual([BEN])
    watch.wait(BEN, 0.01)
    watch.move(0.02)
    expect(watch.takeDue()).toEqual([BEN])
    watch.wait(BEN, 1)
    watch.move(0.4)
    expect(watch.takeDue()).toEqual([ANN])
    // A jump over many steps, few of which have an account.
    watch.move(30)
    expect(watch.takeDue()).toEqual([BEN])
  })

  it('forgets accounts, and allows noting them early', () => {
    const watch = new MarginWatch()
    watch.note(ANN)
    watch.wait(BEN, 0.1)
    watch.forget(ANN)
    watch.note(BEN)
    expect(watch.takeDue()).toEqual([BEN])
    watch.wait(BEN, 0.1)
    watch.forget(BEN)
    watch.move(9)
    expect(watch.takeDue()).toEqual([])
  })

  it('is never late, for any steps of the marks', () => {
    const steps = fc.array(fc.double({ min: 0, max: 0.05, noNaN: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 0.6, noNaN: true }), fc.nat(30), (steps, bearable, since) => {
        const watch = new MarginWatch()
        for (const step of steps.slice(0, since)) watch.move(step)
        watch.takeDue()
        watch.wait(ANN, bearable)
        let moved = 1
        for (const step of steps.slice(since)) {
          // The worst case: all in one direction.
          moved *= 1 + step
          watch.move(step)
          if (moved > 1 + bearable) expect(watch.takeDue()).toEqual([ANN])
          if (moved > 1 + bearable) return
        }
        watch.forget(ANN)
      }),
    )
  })
})
