import { expect, test } from "vitest"
import { fractionOf } from "./share"

test.each([
  ["20", "0.20"],
  ["12.5", "0.125"],
  ["100", "1.00"],
  ["7", "0.07"],
  ["0.1", "0.001"],
  ["33.333333", "0.33333333"],
])("%s per cent is %s exactly", (typed, fraction) => {
  expect(fractionOf(typed)).toBe(fraction)
})

test.each(["", "-1", "20%", "1e1", "1,5", "abc"])("%j is no share", (typed) => {
  expect(fractionOf(typed)).toBeNull()
})
