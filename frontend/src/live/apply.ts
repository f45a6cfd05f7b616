import type { QueryClient } from "@tanstack/react-query"
import type { Schemas } from "@/api/client"
import { noteServerTime } from "./clock"
import type { EventName } from "./stream"

type Said = Record<string, unknown> & { mode?: string }

/** Under which key of the cache each document of the stream lies. */
const keys: Partial<Record<EventName, (document: Said) => readonly unknown[][]>> = {
  overview: ({ mode }) => [["overview", mode]],
  fund: ({ mode }) => [["fund", mode]],
  equity: ({ mode }) => [["equity", mode]],
  allocations: () => [["allocations", "view"]],
  client: ({ client_id, mode }) => [["client", client_id, mode], ["clientHome"]],
  sender: ({ sender, mode }) => [
    ["sender", sender, mode],
    ["senderHome", mode],
  ],
}

/** Put what the stream said where pages look for it. */
export function apply(queries: QueryClient, event: EventName, body: unknown): void {
  if (event === "heartbeat" || event === "snapshot") noteServerTime((body as { at: string }).at, true)
  if (event === "resync") void queries.invalidateQueries()
  if (event === "signal") void queries.invalidateQueries({ queryKey: ["senderSignals"] })
  if (event === "client") void queries.invalidateQueries({ queryKey: ["clientFlows"] })
  if (event === "sender") {
    for (const queryKey of [["sender", "all"], ["agreements"]]) void queries.invalidateQueries({ queryKey })
  }
  if (event === "gone") void queries.invalidateQueries()
  if (event === "strategy") putCard(queries, body as Schemas["StrategyCard"])
  if (event === "overview") noteNews(queries, body as Schemas["Overview"])
  for (const key of keys[event]?.(body as Said) ?? []) {
    if (queries.getQueryData(key) !== undefined || event === "overview") queries.setQueryData(key, body)
  }
}

function putCard(queries: QueryClient, card: Schemas["StrategyCard"]): void {
  queries.setQueryData<Schemas["StrategyCards"]>(["strategyCards"], (known) => {
    if (!known) return known
    const others = known.items.filter((each) => each.strategy_id !== card.strategy_id)
    return { items: [...others, card].sort((one, other) => one.strategy_id.localeCompare(other.strategy_id)) }
  })
}

/** A new overview with other signals or orders than the last: lists of them are asked for anew. */
function noteNews(queries: QueryClient, overview: Schemas["Overview"]): void {
  const before = queries.getQueryData<Schemas["Overview"]>(["overview", overview.mode])
  if (!before) return
  if (newest(before.signals, "signal_id") !== newest(overview.signals, "signal_id")) {
    void queries.invalidateQueries({ queryKey: ["signals"] })
    void queries.invalidateQueries({ queryKey: ["decisions"] })
  }
  if (JSON.stringify(before.orders) !== JSON.stringify(overview.orders)) {
    void queries.invalidateQueries({ queryKey: ["orders"] })
  }
  if (before.open_alerts !== overview.open_alerts) void queries.invalidateQueries({ queryKey: ["alerts"] })
}

function newest<Row extends object>(rows: readonly Row[], key: keyof Row): unknown {
  return rows[0]?.[key]
}
