import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import { queries } from "@/api/queries"

export type Controls = Schemas["Controls"]
export type Scope = Schemas["Scope"]
export type Switch = Schemas["Switch"]

export const controlsQuery = queryOptions({
  queryKey: ["controls", "now"],
  queryFn: () => answered(api.GET("/api/controls")),
})
export const changesQuery = queryOptions({
  queryKey: ["controls", "changes"],
  queryFn: () => answered(api.GET("/api/controls/changes", { params: { query: { limit: 50 } } })),
})
export const reportsQuery = queryOptions({
  queryKey: ["controls", "reports"],
  queryFn: () => answered(api.GET("/api/kill-switch/reports", { params: { query: { limit: 20 } } })),
})
/** Take the controls as the desk answered them, and what follows from them. */
export function tookControls(controls: Controls): void {
  queries.setQueryData(controlsQuery.queryKey, controls)
  void queries.invalidateQueries({ queryKey: ["controls"] })
}

export function named(scope: Scope): string {
  return scope.kind === "desk" ? "the desk" : `${scope.kind} ${scope.name}`
}
