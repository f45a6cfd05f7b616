import { useQuery } from "@tanstack/react-query"
import { FlaskConical } from "lucide-react"
import { fraction, plain } from "@/format/number"
import { dateTime } from "@/format/time"
import { words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge, type Tone } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Zone } from "@/ui/Zone"
import { runsQuery, type Summary } from "./queries"

export const tones: Record<Summary["status"], Tone> = {
  QUEUED: "neutral",
  RUNNING: "live",
  DONE: "gain",
  FAILED: "loss",
  CANCELLED: "neutral",
  INTERRUPTED: "warn",
}

/** Every simulation that was asked for. */
export function Runs({ open, onOpen }: { open: string | undefined; onOpen: (run: string) => void }) {
  const { data, error, refetch } = useQuery({ ...runsQuery, refetchInterval: useEvery(5) })
  const columns: Column<Summary>[] = [
    {
      key: "name",
      title: "Run",
      cell: (run) => (
        <button
          type="button"
          aria-current={run.run_id === open || undefined}
          onClick={() => onOpen(run.run_id)}
          className="font-medium underline underline-offset-2"
        >
          {run.name || run.run_id.slice(0, 10)}
        </button>
      ),
    },
    {
      key: "status",
      title: "Status",
      cell: (run) => <Badge tone={tones[run.status]}>{words(run.status)}</Badge>,
    },
    {
      key: "at",
      title: (
        <>
          Asked, <Zone />
        </>
      ),
      cell: (run) => dateTime(run.created_at),
      from: "md",
      className: "text-ink-2",
    },
    { key: "by", title: "By", cell: (run) => run.asked_by, from: "lg", className: "text-ink-2" },
    { key: "sharpe", title: "Sharpe", cell: (run) => plain(run.figures?.sharpe), numeric: true, from: "sm" },
    {
      key: "return",
      title: "Return a year",
      cell: (run) => fraction(run.figures?.annual_return, 1),
      numeric: true,
    },
    {
      key: "drawdown",
      title: "Drawdown",
      cell: (run) => fraction(run.figures?.max_drawdown, 1),
      numeric: true,
      from: "md",
    },
  ]
  return (
    <Panel title="Saved runs" flush>
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The runs" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={4} />}
      {data?.items.length === 0 && (
        <Empty icon={FlaskConical} title="Nothing was simulated yet">
          Change a setting at the side and press Simulate: it is held against the desk as it is.
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table name="Saved runs" columns={columns} rows={data.items} rowKey={(run) => run.run_id} />
      )}
    </Panel>
  )
}
