import type { UseQueryResult } from "@tanstack/react-query"
import type { Schemas } from "@/api/client"
import { percent } from "@/format/number"
import { stamped } from "@/format/time"
import type { Mode } from "@/shell/mode"
import { Badge } from "@/ui/Badge"
import { Amount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { Table } from "@/ui/Table"
import type { Allocation } from "./queries"

interface CurrentProps {
  current: UseQueryResult<Allocation | null>
  view: Schemas["AllocationView"] | undefined
  mode: Mode
}

/** What new signals are sized by. */
export function Current({ current, view, mode }: CurrentProps) {
  const capitals = new Map(
    view && view.allocation_id === current.data?.allocation_id
      ? view.lines.map((line) => [line.strategy_id, line.capital?.[mode]])
      : [],
  )
  const { data, error, refetch } = current
  return (
    <Panel
      title="Current allocation"
      note={data && `Since ${stamped(data.updated_at)}, approved by ${data.approved_by ?? "nobody"}`}
      actions={data && <Badge tone="gain">ACTIVE</Badge>}
      flush
    >
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The allocation" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {current.isPending && <SkeletonRows rows={5} />}
      {data === null && (
        <Empty title="No allocation is active">
          Until one is approved, the fallback of the settings sizes signals.
        </Empty>
      )}
      {data && (
        <Table
          name="Current allocation"
          columns={[
            { key: "strategy", title: "Strategy", cell: ([strategy]) => strategy },
            { key: "share", title: "Share of equity", cell: ([, share]) => percent(share, 2), numeric: true },
            {
              key: "capital",
              title: ["Capital", mode, view?.currency].filter(Boolean).join(" "),
              cell: ([strategy]) => (
                <Amount value={capitals.get(strategy)} currency={view?.currency ?? undefined} />
              ),
              numeric: true,
            },
          ]}
          rows={Object.entries(data.allocations)}
          rowKey={([strategy]) => strategy}
        />
      )}
      {data && (
        <p className="px-3.5 pt-2 pb-2 text-sm text-ink-2">
          Together {percent(data.metrics?.total_allocation_pct as string | undefined, 2)} of equity
          {data.reason && `; ${data.reason}`}
        </p>
      )}
    </Panel>
  )
}
