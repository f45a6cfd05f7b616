import { useQuery } from "@tanstack/react-query"
import { Activity, TriangleAlert } from "lucide-react"
import { dayOrTime, stamped, zoneName } from "@/format/time"
import { words } from "@/format/words"
import { useNow } from "@/live/clock"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { healthQuery } from "./queries"

/** Reasons to think that a signal did not arrive, said before anything else. */
export function HealthWarnings() {
  const { data } = useQuery({ ...healthQuery, refetchInterval: useEvery(30) })
  const warned = data?.items.flatMap((one) => one.warnings.map((warning) => ({ ...warning, of: one }))) ?? []
  if (warned.length === 0) return null
  return (
    <div
      role="status"
      className="flex items-start gap-3 rounded-md bg-warn-soft px-3.5 py-2.5 text-base text-warn"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <ul className="flex min-w-0 flex-1 flex-col gap-1">
        {warned.map(({ of, kind, since, sentence }) => (
          <li key={`${of.strategy_id} ${kind} ${since}`}>
            <strong className="font-semibold">{of.strategy_id}</strong> {sentence}{" "}
            <span className="text-sm whitespace-nowrap">Since {stamped(since)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** How each strategy's signals come in. */
export function Health() {
  const now = useNow()
  const { data, error, refetch } = useQuery(healthQuery)
  return (
    <Panel title="Signal health" note={`LIVE and PAPER, last signal in ${zoneName()} time`}>
      {error && !data && <Trouble what="Signal health" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty icon={Activity} title="Nothing to watch yet">
          Once signals come in, gaps in their numbers, sides sent twice and silence show here.
        </Empty>
      )}
      <ul className="text-sm">
        {data?.items.map((one) => (
          <li
            key={one.strategy_id}
            className="flex min-h-8 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line py-1 last:border-0"
          >
            <span className="truncate">{one.strategy_id}</span>
            <span className="ml-auto text-ink-3">{dayOrTime(one.last_received_at, now)}</span>
            {one.warnings.length === 0 && <Badge tone="gain">In order</Badge>}
            {one.warnings.map(({ kind }) => (
              <Badge key={kind} tone="warn">
                {words(kind)}
              </Badge>
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
