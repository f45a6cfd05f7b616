import { useQuery } from "@tanstack/react-query"
import { queries } from "@/api/queries"
import { useEvery } from "@/live/query"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Trouble } from "@/ui/states"
import { Agreements } from "./Agreements"
import { Dropped } from "./Dropped"
import { Health, HealthWarnings } from "./Health"
import { healthQuery, homeQuery, signalsQuery } from "./queries"
import { Signals } from "./Signals"
import { Earnings, Sent } from "./Standing"
import { StatementsPanel } from "./StatementsPanel"

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(homeQuery(mode)),
  queries.prefetchInfiniteQuery(signalsQuery(mode)),
  queries.prefetchQuery(healthQuery),
]

/** A sender's first look: what became of the signals, what they earned, when it is paid. */
export function SenderHome() {
  const [mode] = useMode()
  const { data, error, refetch } = useQuery({ ...homeQuery(mode), refetchInterval: useEvery(10) })
  const broken = error !== null && data === undefined
  return (
    <Page title="Home" modes scope={data && `Signals of ${data.sender}`} document={data}>
      <HealthWarnings />
      {error && <Trouble what="Your signals" failure={error} retry={() => void refetch()} />}
      {!broken && <Sent view={data} />}
      {!broken && <Earnings view={data} />}
      <div className="grid gap-3.5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Signals />
        <div className="flex min-w-0 flex-col gap-3.5">
          {!broken && <Dropped view={data} />}
          {!broken && <StatementsPanel view={data} />}
          {!broken && <Agreements view={data} />}
          <Health />
        </div>
      </div>
    </Page>
  )
}
