import { expect, test } from "vitest"
import { isThere, pages, pagesOf } from "./pages"

test.each(["/clients", "/clients/", "/users", "/system"])("%s is there for admins alone", (path) => {
  expect(isThere(path, "admin")).toBe(true)
  expect(isThere(path, "client")).toBe(false)
  expect(isThere(path, "sender")).toBe(false)
})

test("a sender's statements are nobody else's page", () => {
  expect(isThere("/statements", "sender")).toBe(true)
  expect(isThere("/statements", "admin")).toBe(false)
})

test("everybody has a home, and what is no page is left to the router", () => {
  for (const role of ["admin", "client", "sender"] as const) {
    expect(isThere("/", role)).toBe(true)
    expect(isThere("/nowhere", role)).toBe(true)
  }
})

test("no two pages of one role share a shortcut", () => {
  for (const role of ["admin", "client", "sender"] as const) {
    const keys = pagesOf(role).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  }
  expect(pages.length).toBeGreaterThan(3)
})
