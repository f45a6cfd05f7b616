import { expect, test } from "vitest"
import { Failure, failureOf, isPassing, sentenceOf } from "./failure"

const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers })

test("the desk's own sentence is told, with what a program should act on", () => {
  const failure = failureOf(answer(403), { error: "Show a code first", reason: "second factor needed" })
  expect(failure).toMatchObject({ status: 403, message: "Show a code first", reason: "second factor needed" })
})

test("what validation says is told by field", () => {
  const failure = failureOf(answer(422), { detail: [{ loc: ["body", "share"], msg: "must be positive" }] })
  expect(failure.message).toBe("share: must be positive")
})

test("only what may pass is tried again", () => {
  expect([0, 429, 503].map((status) => isPassing(new Failure(status, "")))).toEqual([true, true, true])
  expect([401, 403, 404, 409, 422].map((status) => isPassing(new Failure(status, "")))).toEqual(
    Array(5).fill(false),
  )
})

test("a wait is kept, and nonsense has a sentence", () => {
  expect(failureOf(answer(429, { "retry-after": "30" }), {}).retryAfter).toBe(30)
  expect(failureOf(answer(500), "<html>").message).toContain("could not answer")
  expect(sentenceOf(new TypeError("fetch failed"))).toContain("did not answer")
})
