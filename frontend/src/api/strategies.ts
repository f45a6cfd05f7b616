import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "./client"

/** Every strategy as it is set. */
export const strategiesQuery = queryOptions({
  queryKey: ["strategies"],
  queryFn: () => answered(api.GET("/api/strategies")),
})
