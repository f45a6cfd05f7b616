import { expect, test } from "vitest"
import { isCents } from "./cents"

test.each(["1", "0.01", "250000.00", "12.5", " 7 "])("%j is an amount", (text) => {
  expect(isCents(text)).toBe(true)
})

test.each(["", "0", "0.00", "-5", "1,000", "1e3", "0.001", "1.", ".5", "12345678901234"])(
  "%j is none",
  (text) => {
    expect(isCents(text)).toBe(false)
  },
)
