import { useQuery } from "@tanstack/react-query"
import { useEvery } from "@/live/query"
import { answered, api, type Schemas } from "./client"

export type Overview = Schemas["Overview"]

/** The overview of one mode, kept new. */
export function useOverview(mode: "LIVE" | "PAPER") {
  return useQuery({
    queryKey: ["overview", mode],
    queryFn: () =>
      answered(
        api.GET("/api/dashboard", { params: { query: { mode: mode === "LIVE" ? "live" : "paper" } } }),
      ),
    refetchInterval: useEvery(3),
  })
}
