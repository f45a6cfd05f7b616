import { expect, test } from "vitest"
import { ageOf, freshnessOf } from "./age"

const now = Date.parse("2026-11-21T08:00:00Z")
const written = (seconds: number) => ({
  as_of: new Date(now - seconds * 1000).toISOString(),
  expected_every: 5,
})

test("amber past twice, red past four times what is expected", () => {
  expect([0, 10, 10.5, 20, 20.5].map((age) => freshnessOf(written(age), now))).toEqual([
    "fresh",
    "fresh",
    "late",
    "late",
    "stale",
  ])
})

test("a month's document is not stale after a minute", () => {
  expect(freshnessOf({ ...written(60), expected_every: 3600 }, now)).toBe("fresh")
})

test("what was never written has no age", () => {
  expect(freshnessOf(undefined, now)).toBe("unknown")
  expect(freshnessOf({ as_of: null, expected_every: 5 }, now)).toBe("unknown")
  expect(ageOf("soon", now)).toBeNull()
})

test("a clock that is ahead makes nothing younger than now", () => {
  expect(ageOf(new Date(now + 5000).toISOString(), now)).toBe(0)
})
