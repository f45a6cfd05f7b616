import { useQuery } from "@tanstack/react-query"
import { percent } from "@/format/number"
import { dateTime } from "@/format/time"
import { words } from "@/format/words"
import { Badge, type Tone } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Zone } from "@/ui/Zone"
import { type Allocation, historyQuery } from "./queries"

const tones: Record<Allocation["status"], Tone> = {
  ACTIVE: "gain",
  PENDING_APPROVAL: "warn",
  ARCHIVED: "neutral",
  REJECTED: "loss",
}

const columns: Column<Allocation>[] = [
  {
    key: "created",
    title: (
      <>
        Created, <Zone />
      </>
    ),
    cell: (one) => dateTime(one.created_at),
  },
  {
    key: "status",
    title: "Status",
    cell: (one) => <Badge tone={tones[one.status]}>{words(one.status)}</Badge>,
  },
  {
    key: "total",
    title: "Total",
    cell: (one) => percent(one.metrics?.total_allocation_pct as string | undefined, 1),
    numeric: true,
  },
  { key: "by", title: "Approved by", cell: (one) => one.approved_by ?? "–", from: "sm" },
  { key: "last", title: "Last act", cell: (one) => lastAct(one), from: "md", className: "text-ink-2" },
  {
    key: "reason",
    title: "Reason",
    cell: (one) => <span className="block max-w-md truncate text-ink-2">{one.reason}</span>,
    from: "lg",
  },
]

/** Every allocation there was, the newest first. */
export function History() {
  const { data, error, refetch } = useQuery(historyQuery)
  return (
    <Panel title="History" note="Who approved, set or rejected what" flush>
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The history" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={4} />}
      {data?.items.length === 0 && (
        <Empty title="No allocation yet">The first one that is proposed or set shows here.</Empty>
      )}
      {data && data.items.length > 0 && (
        <Table name="History" columns={columns} rows={data.items} rowKey={(one) => one.allocation_id} />
      )}
    </Panel>
  )
}

function lastAct(allocation: Allocation): string {
  const act = allocation.history.at(-1)
  return act ? `${words(act.deed)} by ${act.by}, ${dateTime(act.at)}` : "–"
}
