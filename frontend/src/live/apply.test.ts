import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import { apply } from "./apply"

const overview = (mode: string, equity: string) => ({ mode, equity, signals: [], orders: [], open_alerts: 0 })

test("LIVE and PAPER are told apart", () => {
  const queries = new QueryClient()
  apply(queries, "overview", overview("LIVE", "1"))
  apply(queries, "overview", overview("PAPER", "2"))
  expect(queries.getQueryData(["overview", "LIVE"])).toMatchObject({ equity: "1" })
  expect(queries.getQueryData(["overview", "PAPER"])).toMatchObject({ equity: "2" })
})

test("a new signal makes the lists be asked for anew", () => {
  const queries = new QueryClient()
  queries.setQueryData(["signals", ""], { pages: [] })
  apply(queries, "overview", overview("PAPER", "1"))
  apply(queries, "overview", { ...overview("PAPER", "1"), signals: [{ signal_id: "s1" }] })
  expect(queries.getQueryState(["signals", ""])?.isInvalidated).toBe(true)
})

test("one strategy's card takes the place of its own alone", () => {
  const queries = new QueryClient()
  queries.setQueryData(["strategyCards"], {
    items: [
      { strategy_id: "A", signals: 1 },
      { strategy_id: "B", signals: 1 },
    ],
  })
  apply(queries, "strategy", { strategy_id: "A", signals: 2 })
  expect(queries.getQueryData(["strategyCards"])).toEqual({
    items: [
      { strategy_id: "A", signals: 2 },
      { strategy_id: "B", signals: 1 },
    ],
  })
})

test("resync asks for everything again", () => {
  const queries = new QueryClient()
  queries.setQueryData(["fund", "LIVE"], {})
  apply(queries, "resync", {})
  expect(queries.getQueryState(["fund", "LIVE"])?.isInvalidated).toBe(true)
})

test("a sender's new document makes the admin's list and what is agreed be asked for anew", () => {
  const queries = new QueryClient()
  queries.setQueryData(["sender", "all", "LIVE"], { items: [] })
  queries.setQueryData(["agreements", "a1", "payments"], { items: [] })
  apply(queries, "sender", { sender: "alice", mode: "LIVE" })
  expect(queries.getQueryState(["sender", "all", "LIVE"])?.isInvalidated).toBe(true)
  expect(queries.getQueryState(["agreements", "a1", "payments"])?.isInvalidated).toBe(true)
})
