import { queryOptions, useQuery } from "@tanstack/react-query"
import { answered, api } from "@/api/client"
import { useEvery } from "@/live/query"
import { Equity } from "@/ui/chart/Equity"

export const equityQuery = (mode: "LIVE" | "PAPER") =>
  queryOptions({
    queryKey: ["equity", mode],
    queryFn: () =>
      answered(
        api.GET("/api/dashboard/equity", { params: { query: { mode: mode === "LIVE" ? "live" : "paper" } } }),
      ),
  })

/** Equity of one mode's accounts over time. */
export function EquityPanel({ mode }: { mode: "LIVE" | "PAPER" }) {
  const { data, error, refetch } = useQuery({ ...equityQuery(mode), refetchInterval: useEvery(15) })
  return (
    <Equity
      title="Equity and drawdown"
      name="Equity"
      curves={data?.curves}
      currency={data?.currency ?? "USD"}
      failure={error}
      retry={() => void refetch()}
      whenEmpty={`The line begins with the first balance that a ${mode} account reports.`}
    />
  )
}
