import { expect, test } from "vitest"
import { loginFor, modeOf, safeNext, searchOf } from "./search"

test("after signing in one goes nowhere but here", () => {
  for (const next of [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    undefined,
  ]) {
    expect(safeNext(next)).toBe("/")
  }
  expect(safeNext("/activity?signal=s1")).toBe("/activity?signal=s1")
})

test("an address says only what is asked of it, as text", () => {
  expect(searchOf("text", "sort")({ text: 7, sort: "", other: "x" })).toEqual({ text: "7" })
})

test("a mode is LIVE or PAPER or not said", () => {
  expect([{ mode: "LIVE" }, { mode: "live" }, {}].map(modeOf)).toEqual([{ mode: "LIVE" }, {}, {}])
})

test("the way back is kept", () => {
  expect(loginFor("/activity?list=orders")).toBe("/login?next=%2Factivity%3Flist%3Dorders")
  expect(loginFor("/")).toBe("/login")
})
