import { expect, test } from "vitest"
import {
  fraction,
  money,
  percent,
  plain,
  price,
  quantity,
  shortMoney,
  signedMoney,
  signedPlain,
  signOf,
} from "./number"

test("money keeps every digit of a decimal that no float could hold", () => {
  expect(money("90071992547409931234.56", "USD", 2)).toBe("$90,071,992,547,409,931,234.56")
})

test("a figure that nobody reported is a dash, never zero", () => {
  for (const missing of [null, undefined, "", "none"]) expect(money(missing)).toBe("–")
  expect(percent(null)).toBe("–")
})

test("won and lost are told by sign, and nothing by neither", () => {
  expect(signedMoney("7597")).toBe("+$7,597")
  expect(signedMoney("-7597")).toBe("−$7,597")
  expect(signedMoney("0")).toBe("$0")
  expect([signOf("0.001"), signOf("-0.001"), signOf("0.00"), signOf(null)]).toEqual([1, -1, 0, null])
})

test("currencies have their own sign and digits", () => {
  expect(money("1234.5", "JPY")).toBe("¥1,235")
  expect(money("1234.5", "EUR", 2)).toBe("€1,234.50")
  expect(shortMoney("1800000")).toBe("$1.8M")
})

test("units are as many digits as there are", () => {
  expect(quantity("3.250000000000")).toBe("3.25")
  expect(quantity("0E-12")).toBe("0")
  expect(price("97.05")).toBe("97.05")
  expect(price("96.4")).toBe("96.40")
})

test("shares come as per cent or as fractions", () => {
  expect(percent("13.25")).toBe("13.25%")
  expect(fraction(0.0187)).toBe("1.87%")
  expect(plain(-0.5)).toBe("−0.50")
})

test("nothing is neither won nor lost: what rounds to zero has no sign", () => {
  expect([
    percent("-0.001"),
    fraction(-0.00001),
    plain("-0.0001"),
    money("-0.2"),
    signedPlain("0.00"),
  ]).toEqual(["0.00%", "0.00%", "0.00", "$0", "0.00"])
})
