import { queryOptions, useQuery } from "@tanstack/react-query"
import { useEvery } from "@/live/query"
import { answered, api, type Schemas } from "./client"

export type Overview = Schemas["Overview"]

/** How one mode's accounts stand. */
export const overviewQuery = (mode: "LIVE" | "PAPER") =>
  queryOptions({
    queryKey: ["overview", mode],
    queryFn: () =>
      answered(
        api.GET("/api/dashboard", { params: { query: { mode: mode === "LIVE" ? "live" : "paper" } } }),
      ),
  })

/** The same, kept new. */
export const useOverview = (mode: "LIVE" | "PAPER") =>
  useQuery({ ...overviewQuery(mode), refetchInterval: useEvery(3) })
