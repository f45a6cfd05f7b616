import type { UseQueryResult } from "@tanstack/react-query"
import type { Overview } from "@/api/overview"
import { milliseconds, span } from "@/format/time"
import { words } from "@/format/words"
import { ageOf } from "@/live/age"
import { useNow } from "@/live/clock"
import { Badge, type Tone } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"

type Health = Overview["services"][number]
const tones: Record<Health["status"], Tone> = { ready: "gain", not_ready: "warn", unreachable: "loss" }

/** Whether each service takes work, as its last probe said. */
export function Services({ overview }: { overview: UseQueryResult<Overview> }) {
  const now = useNow()
  const { data, error, refetch } = overview
  const columns: Column<Health>[] = [
    { key: "service", title: "Service", cell: (one) => one.service },
    {
      key: "status",
      title: "State",
      cell: (one) => <Badge tone={tones[one.status]}>{words(one.status)}</Badge>,
    },
    { key: "latency", title: "Answer", cell: (one) => milliseconds(one.latency_ms), numeric: true },
    {
      key: "probed",
      title: "Probed",
      cell: (one) => `${span(ageOf(one.checked_at, now))} ago`,
      numeric: true,
      from: "sm",
    },
    {
      key: "seen",
      title: "Last ready",
      cell: (one) => (one.last_seen ? `${span(ageOf(one.last_seen, now))} ago` : "Never"),
      numeric: true,
      from: "md",
    },
  ]
  return (
    <Panel title="Services" flush>
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The services" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={6} />}
      {data?.services.length === 0 && (
        <Empty title="No service was probed yet">The first probes come within seconds.</Empty>
      )}
      {data && data.services.length > 0 && (
        <Table name="Services" columns={columns} rows={data.services} rowKey={(one) => one.service} />
      )}
    </Panel>
  )
}
