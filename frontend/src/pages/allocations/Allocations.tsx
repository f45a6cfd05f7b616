import { useQuery } from "@tanstack/react-query"
import { SlidersHorizontal } from "lucide-react"
import { useState } from "react"
import { queries } from "@/api/queries"
import { useEvery } from "@/live/query"
import { useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { proposalQuery } from "@/shell/proposal"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { SkeletonRows } from "@/ui/states"
import { Current } from "./Current"
import { Distribution } from "./Distribution"
import { Frontier } from "./Frontier"
import { Heatmap } from "./Heatmap"
import { History } from "./History"
import { Optimize } from "./Optimize"
import { Proposal } from "./Proposal"
import { currentQuery, pictureQuery, runsQuery, viewQuery } from "./queries"

const SCOPE = "Shares hold for LIVE and PAPER alike"

/** What the page asks at once. */
export const first = () => [
  queries.prefetchQuery(currentQuery),
  queries.prefetchQuery(proposalQuery),
  queries.prefetchQuery(viewQuery),
  queries.prefetchQuery(runsQuery),
]

/** How much of the equity each strategy may use: now, as proposed, and how it came to be. */
export function Allocations() {
  const every = useEvery(10)
  const current = useQuery({ ...currentQuery, refetchInterval: every })
  const proposal = useQuery({ ...proposalQuery, refetchInterval: every })
  const view = useQuery({ ...viewQuery, refetchInterval: every })
  const runs = useQuery({ ...runsQuery, refetchInterval: every })
  const [optimizing, setOptimizing] = useState(false)
  const run = runs.data?.items.find((each) => each.run_id === proposal.data?.run_id) ?? runs.data?.items[0]
  const drawn = run?.outcome === "OPTIMAL" ? run.run_id : undefined
  const picture = useQuery(pictureQuery(drawn, current.data?.allocation_id))
  const shown = { picture: picture.data, failure: picture.error, retry: () => void picture.refetch() }
  const [mode] = useMode()
  if (current.isPending || proposal.isPending || runs.isPending)
    return (
      <Page title="Allocations" modes scope={SCOPE} document={undefined}>
        <Panel title="Proposed allocation">
          <SkeletonRows rows={12} />
        </Panel>
      </Page>
    )
  return (
    <Page
      title="Allocations"
      modes
      scope={SCOPE}
      document={view.data}
      actions={
        <Button size="small" onClick={() => setOptimizing(true)}>
          <SlidersHorizontal aria-hidden className="size-3.5" />
          Optimize…
        </Button>
      }
    >
      <div className="grid items-start gap-3.5 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3.5">
          <Proposal proposal={proposal} current={current.data} view={view.data} run={run} />
          {drawn && <Frontier {...shown} />}
        </div>
        <div className="flex min-w-0 flex-col gap-3.5">
          <Current current={current} view={view.data} mode={mode} />
          <Heatmap run={run} failure={runs.error} retry={() => void runs.refetch()} />
        </div>
      </div>
      {drawn && <Distribution {...shown} />}
      <History />
      {optimizing && <Optimize onClose={() => setOptimizing(false)} />}
    </Page>
  )
}
