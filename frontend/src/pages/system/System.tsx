import { useQuery } from "@tanstack/react-query"
import { alertsQuery } from "@/api/alerts"
import { overviewQuery, useOverview } from "@/api/overview"
import { queries } from "@/api/queries"
import { strategiesQuery } from "@/api/strategies"
import { useEvery } from "@/live/query"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Alerts } from "./Alerts"
import { Changes } from "./Changes"
import { KillSwitch } from "./KillSwitch"
import { Limits } from "./Limits"
import { controlsQuery } from "./queries"
import { Reconciliations } from "./Reconciliations"
import { Reports } from "./Reports"
import { Services } from "./Services"
import { Triggers } from "./Triggers"

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(overviewQuery(mode)),
  queries.prefetchQuery(alertsQuery),
  queries.prefetchQuery(controlsQuery),
  queries.prefetchQuery(strategiesQuery),
]

/** What runs, what is wrong, and what holds orders back. */
export function System() {
  const [mode] = useMode()
  const overview = useOverview(mode)
  const controls = useQuery({ ...controlsQuery, refetchInterval: useEvery(3) })
  return (
    <Page title="System health" scope="The whole desk, LIVE and PAPER" document={overview.data}>
      <KillSwitch controls={controls} />
      <div className="grid gap-3.5 xl:grid-cols-2">
        <Alerts />
        <Services overview={overview} />
      </div>
      <div className="grid gap-3.5 xl:grid-cols-2">
        <Limits controls={controls} />
        <Triggers controls={controls} />
      </div>
      <div className="grid gap-3.5 xl:grid-cols-2">
        <Reports />
        <Reconciliations />
      </div>
      <Changes />
    </Page>
  )
}
