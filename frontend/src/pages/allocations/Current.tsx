import type { UseQueryResult } from "@tanstack/react-query"
import { percent } from "@/format/number"
import { dateTime } from "@/format/time"
import { Badge } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { Table } from "@/ui/Table"
import type { Allocation } from "./queries"

/** What new signals are sized by. */
export function Current({ current }: { current: UseQueryResult<Allocation | null> }) {
  const { data, error, refetch } = current
  return (
    <Panel
      title="Current allocation"
      note={data && `Since ${dateTime(data.updated_at)} UTC, approved by ${data.approved_by ?? "nobody"}`}
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
