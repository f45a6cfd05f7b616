import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "./client"

export type AlertRecord = Schemas["AlertRecord"]

/** The newest alerts. */
export const alertsQuery = queryOptions({
  queryKey: ["alerts"],
  queryFn: () => answered(api.GET("/api/alerts", { params: { query: { limit: 100 } } })),
})
