import { useQuery } from "@tanstack/react-query"
import { answered, api } from "@/api/client"
import { words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import { Drawer } from "@/ui/Drawer"
import { toneOf } from "@/ui/standing"
import { SkeletonRows, Trouble } from "@/ui/states"
import { ReceiptView } from "./ReceiptView"

/** The receipt of one signal beside its list; nothing open where *signal* is undefined. */
export function ReceiptDrawer({ signal, onClose }: { signal: string | undefined; onClose: () => void }) {
  return (
    <Drawer open={signal !== undefined} onClose={onClose} title="Receipt">
      {signal && <Loaded signal={signal} />}
    </Drawer>
  )
}

function Loaded({ signal }: { signal: string }) {
  const every = useEvery(2)
  const { data, error, refetch } = useQuery({
    queryKey: ["receipt", signal],
    queryFn: () => answered(api.GET("/api/signals/{name}/receipt", { params: { path: { name: signal } } })),
    refetchInterval: (query) => (query.state.data?.settled ? false : every),
  })
  if (error && !data) return <Trouble what="The receipt" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={14} />
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Badge tone={toneOf(data.end)}>{words(data.end)}</Badge>
        {data.decision && (
          <Badge tone={data.decision.mode === "LIVE" ? "live" : "neutral"}>{data.decision.mode}</Badge>
        )}
        <span className="text-sm text-ink-2">
          {data.signal.strategy_id}, no. {data.signal.strategy_seq}, from {data.signal.sender}
        </span>
      </div>
      <ReceiptView receipt={data} />
    </>
  )
}
