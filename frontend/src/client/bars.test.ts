import { expect, test } from "vitest"
import { barsOf } from "./bars"

test("the largest year reaches the edge, a loss lies left of the middle", () => {
  const bars = barsOf([
    { year: 2026, total: "10" },
    { year: 2025, total: "-20" },
  ])
  expect(bars).toEqual([
    { year: 2026, total: "10", from: 50, width: 25 },
    { year: 2025, total: "-20", from: 0, width: 50 },
  ])
})

test("years without capital or without a return have no bar", () => {
  const bars = barsOf([
    { year: 2026, total: null },
    { year: 2025, total: "0" },
  ])
  expect(bars.map(({ width }) => width)).toEqual([0, 0])
})
