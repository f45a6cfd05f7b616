import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useState } from "react"
import { answered, api } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { queries } from "@/api/queries"
import { words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Skeleton, SkeletonRows, Trouble } from "@/ui/states"
import { Compared } from "./Compared"
import { Contributions } from "./Contributions"
import { isOver, type Run, runQuery } from "./queries"
import { tones } from "./Runs"

const CompareChart = lazy(() =>
  import("@/ui/chart/CompareChart").then((part) => ({ default: part.CompareChart })),
)

/** One simulation: how far it is, then what came of it beside the desk as it is. */
export function Result({ run }: { run: string }) {
  const { data, error, refetch } = useQuery({
    ...runQuery(run),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.status) ? false : 1000),
  })
  const [refusal, setRefusal] = useState<string | null>(null)
  if (error && !data) return <Trouble what="The simulation" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={8} />

  async function cancel() {
    try {
      await answered(
        api.POST("/api/sandbox/simulations/{run_id}/cancel", { params: { path: { run_id: run } } }),
      )
      await queries.invalidateQueries({ queryKey: ["sandbox"] })
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    }
  }

  return (
    <>
      <Panel
        title={data.name || `Run ${data.run_id.slice(0, 10)}`}
        note={`Asked by ${data.asked_by}${data.figures ? `, ${data.figures.first} to ${data.figures.last}` : ""}`}
        actions={
          <>
            <Badge tone={tones[data.status]}>{words(data.status)}</Badge>
            {!isOver(data.status) && (
              <Button size="small" onClick={() => void cancel()}>
                Cancel
              </Button>
            )}
          </>
        }
      >
        {refusal && (
          <p role="alert" className="text-sm text-loss">
            {refusal}
          </p>
        )}
        {!isOver(data.status) && <Progress run={data} />}
        {data.why && <p className="text-sm text-warn">{data.why}</p>}
        {data.result && (
          <Suspense fallback={<Skeleton className="h-[330px] w-full" />}>
            <CompareChart before={data.result.before?.curve ?? null} after={data.result.after.curve} />
          </Suspense>
        )}
        {data.result?.notes?.map((note) => (
          <p key={note} className="text-xs text-ink-3">
            {note}
          </p>
        ))}
      </Panel>
      {data.result && <Compared result={data.result} />}
      {data.result && <Contributions result={data.result} />}
    </>
  )
}

function Progress({ run }: { run: Run }) {
  const percent = Math.round((run.progress ?? 0) * 100)
  return (
    <div role="status">
      <progress
        aria-label="Progress of the simulation"
        value={percent}
        max={100}
        className="h-1.5 w-full accent-live"
      />
      <p className="text-sm text-ink-2">
        {percent} %, {run.stage || "waiting for its turn"}
      </p>
    </div>
  )
}
