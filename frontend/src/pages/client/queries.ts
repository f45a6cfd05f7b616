import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"

export type ClientView = Schemas["ClientView"]

/** What is mine: capital, flows, returns. */
export const homeQuery = queryOptions({
  queryKey: ["clientHome"],
  queryFn: () => answered(api.GET("/api/client/home")),
})
