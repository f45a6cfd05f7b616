import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import type { Mode } from "@/shell/mode"

export type Client = Schemas["Client"]
export type ClientView = Schemas["ClientView"]
export type Flow = Schemas["Flow"]
export type FundView = Schemas["FundView"]

const asked = (mode: Mode) => (mode === "LIVE" ? ("live" as const) : ("paper" as const))

export const clientsQuery = queryOptions({
  queryKey: ["clients"],
  queryFn: () => answered(api.GET("/api/clients")),
})

/** What one mode's fund is worth and whose it is. */
export const fundQuery = (mode: Mode) =>
  queryOptions({
    queryKey: ["fund", mode],
    queryFn: () => answered(api.GET("/api/dashboard/fund", { params: { query: { mode: asked(mode) } } })),
  })

/** What the client sees. */
export const clientQuery = (client_id: string, mode: Mode) =>
  queryOptions({
    queryKey: ["client", client_id, mode],
    queryFn: () =>
      answered(
        api.GET("/api/clients/{client_id}", {
          params: { path: { client_id }, query: { mode: asked(mode) } },
        }),
      ),
  })

/** The client's entries in the ledger, the newest first. */
export const flowsQuery = (client_id: string) =>
  queryOptions({
    queryKey: ["clientFlows", client_id],
    queryFn: () => answered(api.GET("/api/clients/{client_id}/flows", { params: { path: { client_id } } })),
  })
