import type { UseQueryResult } from "@tanstack/react-query"
import { ChartPie } from "lucide-react"
import { useState } from "react"
import type { Schemas } from "@/api/client"
import { fraction, percent, plain, signedPlain } from "@/format/number"
import { stamped } from "@/format/time"
import { Button } from "@/ui/Button"
import { Signed } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Approve } from "./Approve"
import { Edit } from "./Edit"
import { type Line, linesOf, mostOf } from "./lines"
import type { Allocation } from "./queries"
import { Reject } from "./Reject"

interface ProposalProps {
  proposal: UseQueryResult<Allocation | null>
  current: Allocation | null | undefined
  view: Schemas["AllocationView"] | undefined
  run: Schemas["OptimizationSummary"] | undefined
}

const columnsTo = (most: number): Column<Line>[] => [
  { key: "strategy", title: "Strategy", cell: (line) => line.strategy },
  {
    key: "bars",
    title: "Current over proposed",
    cell: (line) => <Bars line={line} most={most} />,
    from: "sm",
  },
  { key: "current", title: "Current", cell: (line) => percent(line.current ?? "0", 1), numeric: true },
  { key: "proposed", title: "Proposed", cell: (line) => percent(line.proposed ?? "0", 1), numeric: true },
  {
    key: "change",
    title: "Change, pp",
    cell: (line) => <Signed value={line.change}>{signedPlain(line.change, 1)}</Signed>,
    numeric: true,
  },
]

/** Both shares as bars, the current one above; the figures stand beside them. */
function Bars({ line, most }: { line: Line; most: number }) {
  const width = (share: string | null) => ({ width: `${(Number(share ?? 0) / most) * 100}%` })
  return (
    <div aria-hidden className="flex w-full min-w-24 flex-col gap-0.5 py-1">
      <div className="h-1.5 rounded-r-sm bg-edge" style={width(line.current)} />
      <div className="h-1.5 rounded-r-sm bg-live" style={width(line.proposed)} />
    </div>
  )
}

/** What the optimiser proposes, beside what holds; approved, edited or rejected by a person. */
export function Proposal({ proposal, current, view, run }: ProposalProps) {
  const [asking, setAsking] = useState<{ what: "approve" | "edit" | "reject"; shown: Allocation } | null>(
    null,
  )
  const { data: shown } = proposal
  const lines = shown ? linesOf(current, shown, view) : []
  const ask = (what: "approve" | "edit" | "reject") => shown && setAsking({ what, shown })
  return (
    <Panel
      title="Proposed allocation"
      note={shown && `Created ${stamped(shown.created_at)}, ${shown.reason}`}
      flush
    >
      {proposal.error && !shown && (
        <div className="px-3.5 pb-3">
          <Trouble what="The proposal" failure={proposal.error} retry={() => void proposal.refetch()} />
        </div>
      )}
      {proposal.isPending && <SkeletonRows rows={8} />}
      {shown === null && (
        <Empty icon={ChartPie} title="Nothing to review">
          The daily run at 00:00 UTC proposes shares for every strategy with a backtest. Optimize… runs it
          now.
        </Empty>
      )}
      {shown && (
        <>
          <Measures shown={shown} current={current} />
          <Table
            name="Current and proposed shares"
            columns={columnsTo(mostOf(lines))}
            rows={lines}
            rowKey={(line) => line.strategy}
          />
          {run && run.run_id === shown.run_id && <Proof run={run} />}
          <div className="flex flex-wrap items-center gap-2 px-3.5 pt-3 pb-2.5">
            <Button look="solid" onClick={() => ask("approve")}>
              Approve…
            </Button>
            <Button onClick={() => ask("edit")}>Edit and approve</Button>
            <Button look="quiet" onClick={() => ask("reject")}>
              Reject
            </Button>
            <span className="ml-auto text-xs text-ink-3">Version {shown.allocation_id.slice(0, 8)}</span>
          </div>
        </>
      )}
      {asking?.what === "approve" && (
        <Approve
          shown={asking.shown}
          current={current}
          newer={isNewer(shown, asking.shown)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.what === "edit" && <Edit shown={asking.shown} onClose={() => setAsking(null)} />}
      {asking?.what === "reject" && <Reject shown={asking.shown} onClose={() => setAsking(null)} />}
    </Panel>
  )
}

function isNewer(now: Allocation | null | undefined, shown: Allocation): boolean {
  return now?.allocation_id !== shown.allocation_id
}

function Measures({ shown, current }: { shown: Allocation; current: Allocation | null | undefined }) {
  const rows = [
    ["Sharpe", plain(metric(current, "sharpe")), plain(metric(shown, "sharpe"))],
    ["CVaR 95%", fraction(metric(current, "cvar")), fraction(metric(shown, "cvar"))],
    ["Drawdown", fraction(metric(current, "max_drawdown"), 1), fraction(metric(shown, "max_drawdown"), 1)],
    [
      "Total",
      percent(metric(current, "total_allocation_pct"), 0),
      percent(metric(shown, "total_allocation_pct"), 0),
    ],
  ] as const
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 px-3.5 pb-2 text-sm">
      {rows.map(([name, before, after]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-ink-3">{name}</dt>
          <dd>
            {before} <span aria-hidden>→</span>
            <span className="sr-only">to</span> <strong className="font-semibold">{after}</strong>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function metric(allocation: Allocation | null | undefined, name: string): string | number | null {
  const value: unknown = allocation?.metrics?.[name]
  return typeof value === "string" || typeof value === "number" ? value : null
}

function Proof({ run }: { run: Schemas["OptimizationSummary"] }) {
  const left = Object.entries(run.excluded ?? {})
  return (
    <div className="px-3.5 pt-2 text-xs text-ink-3">
      <p>
        Proved optimal to {run.certificate ? run.certificate.gap.toExponential(1) : "–"}; what binds:{" "}
        {run.binding.length > 0 ? run.binding.join(", ") : "nothing"}.
      </p>
      {left.length > 0 && (
        <details>
          <summary className="w-fit cursor-pointer">{left.length} left out</summary>
          <ul>
            {left.map(([strategy, why]) => (
              <li key={strategy}>
                {strategy}: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
