import { expect, test } from "vitest"
import { differencesOf } from "./differences"

test("only what changed is told, by where it lies", () => {
  const before = { status: "ACTIVE", limits: { price: { max: "5" } }, tags: ["a", "b"] }
  const after = { status: "ACTIVE", limits: { price: { max: "7" } }, tags: ["a", "c"] }
  expect(differencesOf(before, after)).toEqual([
    { field: "limits.price.max", before: "5", after: "7" },
    { field: "tags.1", before: "b", after: "c" },
  ])
})

test("what was created has no before, what was deleted no after", () => {
  expect(differencesOf(null, { name: "x" })).toEqual([{ field: "name", before: null, after: "x" }])
  expect(differencesOf({ name: "x" }, null)).toEqual([{ field: "name", before: "x", after: null }])
})

test("set to nothing differs from never set", () => {
  expect(differencesOf({}, { ends_on: null })).toEqual([{ field: "ends_on", before: null, after: "none" }])
})

test("acts without states, and states that are plain values", () => {
  expect(differencesOf(null, undefined)).toEqual([])
  expect(differencesOf(1, 2)).toEqual([{ field: "value", before: "1", after: "2" }])
})
