import { useQuery } from "@tanstack/react-query"
import { SlidersHorizontal } from "lucide-react"
import { useState } from "react"
import { useEvery } from "@/live/query"
import { Page } from "@/shell/Page"
import { proposalQuery } from "@/shell/proposal"
import { Button } from "@/ui/Button"
import { Current } from "./Current"
import { Heatmap } from "./Heatmap"
import { History } from "./History"
import { Optimize } from "./Optimize"
import { Proposal } from "./Proposal"
import { currentQuery, runsQuery, viewQuery } from "./queries"

/** How much of the equity each strategy may use: now, as proposed, and how it came to be. */
export function Allocations() {
  const every = useEvery(10)
  const current = useQuery({ ...currentQuery, refetchInterval: every })
  const proposal = useQuery({ ...proposalQuery, refetchInterval: every })
  const view = useQuery({ ...viewQuery, refetchInterval: every })
  const runs = useQuery({ ...runsQuery, refetchInterval: every })
  const [optimizing, setOptimizing] = useState(false)
  const run = runs.data?.items.find((each) => each.run_id === proposal.data?.run_id) ?? runs.data?.items[0]
  return (
    <Page
      title="Allocations"
      scope="Shares of equity, for LIVE and PAPER alike"
      document={view.data}
      actions={
        <Button size="small" onClick={() => setOptimizing(true)}>
          <SlidersHorizontal aria-hidden className="size-3.5" />
          Optimize…
        </Button>
      }
    >
      <div className="grid gap-3.5 xl:grid-cols-2">
        <Proposal proposal={proposal} current={current.data} view={view.data} run={run} />
        <div className="flex min-w-0 flex-col gap-3.5">
          <Current current={current} />
          <Heatmap run={run} failure={runs.error} retry={() => void runs.refetch()} />
        </div>
      </div>
      <History />
      {optimizing && <Optimize onClose={() => setOptimizing(false)} />}
    </Page>
  )
}
