import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { Schemas } from "@/api/client"
import { quantity } from "@/format/number"
import { stamped } from "@/format/time"
import { counted } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { Drill } from "./Drill"
import { named, reportsQuery } from "./queries"

type Report = Schemas["FlattenReport"]

/** What became of the firings that flattened, drills included. */
export function Reports() {
  const { data, error, refetch } = useQuery({ ...reportsQuery, refetchInterval: useEvery(5) })
  const [rehearsing, setRehearsing] = useState(false)
  return (
    <Panel
      title="Flattening and drills"
      note="How long it took, and what it closed"
      actions={
        <Button size="small" onClick={() => setRehearsing(true)}>
          Drill…
        </Button>
      }
    >
      {error && !data && <Trouble what="The reports" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty title="Nothing was flattened yet">A drill rehearses it on a paper account.</Empty>
      )}
      <ul className="max-h-96 overflow-y-auto text-sm">
        {data?.items.map((report) => (
          <li key={report.generation} className="border-b border-line py-2 last:border-0">
            <One report={report} />
          </li>
        ))}
      </ul>
      {rehearsing && <Drill onClose={() => setRehearsing(false)} />}
    </Panel>
  )
}

function One({ report }: { report: Report }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{stamped(report.fired_at)}</span>
        {report.drill && <Badge>Drill</Badge>}
        {report.flat_at ? (
          <Badge tone="gain">Flat in {quantity(report.seconds_to_flat)} s</Badge>
        ) : (
          <Badge tone="warn">Not flat yet</Badge>
        )}
        {report.reversed > 0 && <Badge tone="loss">{counted(report.reversed, "position")} reversed</Badge>}
      </p>
      <p className="text-ink-2">
        {named(report.scope)}, by {report.fired_by}: {counted(report.places.length, "position")} closed,
        cancelled {counted(report.entries, "entry", "entries")}, {counted(report.exits, "exit")},{" "}
        {counted(report.stops, "stop")}
      </p>
      {report.waiting.length > 0 && <p className="text-warn">Waits for {report.waiting.join(", ")}</p>}
    </>
  )
}
