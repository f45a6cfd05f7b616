import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import type { Mode } from "@/shell/mode"

export type SenderView = Schemas["SenderView"]
export type SignalRow = Schemas["SignalRow"]
export type StatementLine = Schemas["StatementLine"]
export type Statement = Schemas["Statement"]
const PAGE = 50

const asked = (mode: Mode) => (mode === "LIVE" ? ("live" as const) : ("paper" as const))

/** What is mine in one mode: counts, profit, dues, statements. */
export const homeQuery = (mode: Mode) =>
  queryOptions({
    queryKey: ["senderHome", mode],
    queryFn: () => answered(api.GET("/api/sender/home", { params: { query: { mode: asked(mode) } } })),
  })

/** My signals of one mode, the newest first, page by page. */
export const signalsQuery = (mode: Mode) =>
  infiniteQueryOptions({
    queryKey: ["senderSignals", mode],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/sender/signals", {
          params: { query: { mode: asked(mode), limit: PAGE, before: pageParam ?? null } },
        }),
      ),
    getNextPageParam: ({ items }) => (items.length === PAGE ? items.at(-1)?.received_at : undefined),
  })

/** The closed statements of one month, one per agreement. */
export const monthQuery = (month: string) =>
  queryOptions({
    queryKey: ["senderStatements", month],
    queryFn: () => answered(api.GET("/api/sender/statements/{month}", { params: { path: { month } } })),
  })

/** How my signals come in, and why one may be missing. */
export const healthQuery = queryOptions({
  queryKey: ["signalHealth"],
  queryFn: () => answered(api.GET("/api/signal-health")),
})
