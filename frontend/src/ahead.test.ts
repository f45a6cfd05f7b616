// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest"
import type { Mode } from "@/shell/mode"
import { asksOf } from "./ahead"

const at = (pathname: string, search = "") => asksOf({ pathname, search })
const kept = (preferences: string) => vi.stubGlobal("localStorage", { getItem: () => preferences })

afterEach(() => vi.unstubAllGlobals())

test("a page asks in the mode that its address names, else in what was last looked at", () => {
  kept('{"mode":"PAPER"}')
  expect(at("/clients", "?mode=LIVE")).toContain("/api/dashboard/fund?mode=live")
  expect(at("/clients")).toContain("/api/dashboard/fund?mode=paper")
  kept("not JSON")
  expect(at("/clients")).toContain("/api/dashboard/fund?mode=live")
})

test("a home asks what its owner's role sees", () => {
  kept('{"home":"client"}')
  expect(at("/")).toEqual(["/api/auth/session", "/api/client/home"])
})

test("beside a filter only the session is asked for, before an invitation is taken nothing", () => {
  expect(at("/activity", "?strategy=Trend")).toEqual(["/api/auth/session"])
  expect(at("/login", "?next=%2F")).toEqual(["/api/auth/session"])
  expect(at("/nowhere/at/all")).toEqual(["/api/auth/session"])
  expect(at("/invitation/abc")).toEqual([])
})

const asked: string[] = []
globalThis.fetch = async (question) => {
  asked.push((question as Request).url.replace(location.origin, ""))
  return Response.json({ items: [] })
}
const SHELL = ["/api/auth/session", "/api/portfolio/allocations/latest-recommendation"]
const pages: [
  home: string,
  address: string,
  load: () => Promise<{ first: (mode: Mode) => Promise<unknown>[] }>,
][] = [
  ["admin", "/", () => import("@/pages/home/AdminHome")],
  ["client", "/", () => import("@/pages/client/ClientHome")],
  ["sender", "/", () => import("@/pages/sender/SenderHome")],
  ["sender", "/statements", () => import("@/pages/sender/Statements")],
  ["admin", "/accounts", () => import("@/pages/accounts/Accounts")],
  ["admin", "/activity", () => import("@/pages/activity/Activity")],
  ["admin", "/allocations", () => import("@/pages/allocations/Allocations")],
  ["admin", "/clients", () => import("@/pages/clients/Clients")],
  ["admin", "/profile", () => import("@/pages/profile/Profile")],
  ["admin", "/sandbox", () => import("@/pages/sandbox/Sandbox")],
  ["admin", "/senders", () => import("@/pages/senders/Senders")],
  ["admin", "/strategies", () => import("@/pages/strategies/Strategies")],
  ["admin", "/system", () => import("@/pages/system/System")],
  ["admin", "/users", () => import("@/pages/people/People")],
]

test.each(pages)(
  "the %s at %s is asked ahead what the page asks first, and nothing else",
  async (home, address, load) => {
    kept(`{"home":"${home}","mode":"PAPER"}`)
    const { first } = await load()
    const { queries } = await import("@/api/queries")
    queries.clear()
    asked.length = 0
    await Promise.all(first("PAPER"))
    expect(
      at(address)
        .filter((each) => !SHELL.includes(each))
        .toSorted(),
    ).toEqual(asked.filter((each) => !SHELL.includes(each)).toSorted())
  },
)
