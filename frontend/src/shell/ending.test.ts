import { expect, test } from "vitest"
import type { Who } from "@/api/session"
import { endingOf } from "./ending"

const at = (minutes: number) => Date.UTC(2026, 10, 21, 8, minutes)
const who = (idle: number | null, end: number | null) =>
  ({
    idle_until: idle === null ? null : new Date(at(idle)).toISOString(),
    ends_at: end === null ? null : new Date(at(end)).toISOString(),
  }) as Who

test("a session nobody uses ends when the desk said", () => {
  expect(endingOf(who(30, 500), at(0), at(0))).toEqual({ at: at(30), idle: true })
})

test("each use puts the end off, but for the minute in which the desk notes it once", () => {
  expect(endingOf(who(30, 500), at(0), at(20))).toEqual({ at: at(49), idle: true })
})

test("its longest life ends it, used or not", () => {
  expect(endingOf(who(30, 40), at(0), at(20))).toEqual({ at: at(40), idle: false })
})

test("a bearer's session has no end to warn of", () => {
  expect(endingOf(who(null, null), at(0), at(0))).toBeNull()
})
