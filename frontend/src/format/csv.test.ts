import { expect, test } from "vitest"
import { csvOf } from "./csv"

test("commas, quotes and line ends stay within their cell", () => {
  expect(
    csvOf(
      ["a", "b"],
      [
        ["1,5", 'say "hi"'],
        ["two\nlines", 7],
      ],
    ),
  ).toBe('a,b\r\n"1,5","say ""hi"""\r\n"two\nlines",7\r\n')
})

test("what a sender wrote is no formula, and a negative number stays a number", () => {
  expect(csvOf(["x"], [["=HYPERLINK(1)"], ["@SUM(A1)"], ["+cmd"], ["-12.50"], [-3]])).toBe(
    "x\r\n'=HYPERLINK(1)\r\n'@SUM(A1)\r\n'+cmd\r\n-12.50\r\n-3\r\n",
  )
})
