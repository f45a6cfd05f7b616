import { expect, test } from "vitest"
import { bytes, text } from "./passkeys"

test.each([0, 1, 2, 3, 32, 255])("%d bytes travel there and back", (length) => {
  const sent = Uint8Array.from({ length }, (_, at) => (at * 37 + 250) % 256)
  expect(text(sent.buffer)).toMatch(/^[A-Za-z0-9_-]*$/)
  expect(bytes(text(sent.buffer))).toEqual(sent)
})
