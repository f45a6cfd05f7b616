import { useQuery } from "@tanstack/react-query"
import { alertsQuery } from "@/api/alerts"
import { overviewQuery, useOverview } from "@/api/overview"
import { queries } from "@/api/queries"
import { Positions } from "@/overview/Positions"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Button } from "@/ui/Button"
import { Trouble } from "@/ui/states"
import { Accounts } from "./Accounts"
import { AlertBar } from "./AlertBar"
import { EquityPanel, equityQuery } from "./EquityPanel"
import { RecentActivity } from "./RecentActivity"
import { Services } from "./Services"
import { Standing } from "./Standing"

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(overviewQuery(mode)),
  queries.prefetchQuery(alertsQuery),
  queries.prefetchQuery(equityQuery(mode)),
]

/** The admin's first look: what there is, what moved, what is wrong. */
export function AdminHome() {
  const [mode, choose] = useMode()
  const { data, error, refetch } = useOverview(mode)
  const alerts = useQuery(alertsQuery)
  if (alerts.isPending || (!data && !error))
    return (
      <Page title="Home" modes scope="All accounts" document={undefined}>
        <Standing overview={undefined} mode={mode} />
      </Page>
    )
  return (
    <Page title="Home" modes scope="All accounts" document={data}>
      <AlertBar />
      {error && <Trouble what="The overview" failure={error} retry={() => void refetch()} />}
      {data && data.accounts.length === 0 && <Elsewhere mode={mode} choose={choose} />}
      <Standing overview={data} mode={mode} />
      <div className="grid gap-3.5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3.5">
          <EquityPanel mode={mode} />
          <Positions overview={data} />
          <Accounts overview={data} />
        </div>
        <div className="flex min-w-0 flex-col gap-3.5">
          <RecentActivity overview={data} />
          <Services overview={data} />
        </div>
      </div>
    </Page>
  )
}

/** Nothing trades in this mode: the other one is a press away. */
function Elsewhere({ mode, choose }: { mode: Mode; choose: (mode: Mode) => void }) {
  const other = mode === "LIVE" ? "PAPER" : "LIVE"
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-line bg-panel px-3.5 py-2.5 text-base text-ink-2">
      No {mode} account has reported yet.
      <Button size="small" onClick={() => choose(other)}>
        Show {other}
      </Button>
    </p>
  )
}
