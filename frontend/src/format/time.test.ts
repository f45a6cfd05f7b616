import { expect, test } from "vitest"
import { dateTime, dayOrTime, milliseconds, span } from "./time"

const AT = "2026-11-21T07:19:33.560000Z"

test("times are of the zone that is named", () => {
  expect(dateTime(AT)).toBe("2026-11-21 07:19:33")
  expect(dateTime(AT, "America/New_York")).toBe("2026-11-21 02:19:33")
})

test("what happened today says its time, what happened before its day too", () => {
  expect(dayOrTime(AT, Date.parse("2026-11-21T23:00:00Z"))).toBe("07:19:33")
  expect(dayOrTime(AT, Date.parse("2026-11-22T00:00:00Z"))).toBe("11-21 07:19")
})

test("spans are told in one unit", () => {
  expect([0.4, 59, 61, 7200, 400_000].map(span)).toEqual(["0 s", "59 s", "1 min", "2 h", "4 d"])
  expect([25, 1234, null].map(milliseconds)).toEqual(["25 ms", "1.2 s", "–"])
})

test("what is no time is a dash", () => {
  expect(dateTime(null)).toBe("–")
  expect(dateTime("soon")).toBe("–")
})
