import { expect, test } from "vitest"
import { scaleOf, ticksOf } from "./scale"

test("a scale reaches from end to end, and turns round where its axis does", () => {
  expect([0, 5, 10].map(scaleOf(0, 10, 0, 100))).toEqual([0, 50, 100])
  expect([0, 10].map(scaleOf(0, 10, 100, 0))).toEqual([100, 0])
  expect(scaleOf(3, 3, 0, 100)(3)).toBe(0)
})

test("ticks are round and lie within", () => {
  expect(ticksOf(0, 0.043, 4)).toEqual([0, 0.02, 0.04])
  expect(ticksOf(-0.031, 0.029, 6)).toEqual([-3, -2, -1, 0, 1, 2].map((n) => n * 0.01))
  expect(ticksOf(2, 2, 4)).toEqual([2])
})
