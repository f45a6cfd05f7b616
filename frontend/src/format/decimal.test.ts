import { expect, test } from "vitest"
import { isDecimal, sumOf } from "./decimal"

test("typed shares add up exactly", () => {
  expect(sumOf(["0.1", "0.2"])).toBe("0.3")
  expect(sumOf(["49.99999999", "22.17012126", "0.00000001"])).toBe("72.17012126")
  expect(sumOf([])).toBe("0")
})

test("what is no number counts for nothing and is told apart", () => {
  expect(sumOf(["1", "two", "-3"])).toBe("1")
  expect(["12.5", "0", "1e3", "-1", "", "."].map(isDecimal)).toEqual([true, true, false, false, false, false])
})
