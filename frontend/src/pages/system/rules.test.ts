import { expect, test } from "vitest"
import { limitRules, saidOf, typedOf, valuesOf } from "./rules"

test("what is typed and what is told are each other's mirror", () => {
  const values = {
    max_order_notional: "250000.50",
    max_repeats: 3,
    restricted: ["GME", "AMC"],
    price_collar: "0.05",
  }
  expect(valuesOf(limitRules, typedOf(limitRules, values))).toEqual(values)
})

test("empty fields say nothing", () => {
  expect(valuesOf(limitRules, { max_position: " ", restricted: "" })).toEqual({})
  expect(saidOf(limitRules, { max_position: null, restricted: [] })).toBe("")
})

test("shares are told in per cent", () => {
  expect(saidOf(limitRules, { price_collar: "0.05", max_repeats: 3 })).toBe("Price collar 5.0%; Repeats 3")
})
