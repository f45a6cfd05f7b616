import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "./client"

/** What the last reconciliations found. */
export const reconciliationsQuery = queryOptions({
  queryKey: ["reconciliations"],
  queryFn: () => answered(api.GET("/api/reconciliations", { params: { query: { limit: 20 } } })),
})
