import { TriangleAlert } from "lucide-react"
import { span } from "@/format/time"
import { ageOf, type Dated, freshnessOf } from "@/live/age"
import { useNow } from "@/live/clock"
import { isLost, isPaused, useFeed } from "@/live/feed"
import { cx } from "@/ui/cx"

const looks = { fresh: "bg-gain", late: "bg-bar", stale: "bg-loss", unknown: "bg-edge" }

/** How old the page's figures are, by the server's clock. */
export function Freshness({ document }: { document: Dated | undefined }) {
  const now = useNow()
  const paused = useFeed(isPaused)
  if (useFeed(isLost)) return <Alarm tone="bg-warn-soft text-warn">Connection lost</Alarm>
  if (!document?.as_of) return <span aria-hidden className="w-31" />
  const freshness = freshnessOf(document, now)
  const age = `Synced ${span(ageOf(document.as_of, now))} ago`
  if (freshness === "stale" && !paused) return <Alarm tone="bg-loss-soft text-loss">{age}</Alarm>
  return (
    <span
      className={cx(
        "flex items-center gap-2 px-1 text-sm",
        freshness === "late" ? "text-warn" : "text-ink-2",
      )}
    >
      <span aria-hidden className={cx("size-2 rounded-full", paused ? "bg-edge" : looks[freshness])} />
      {paused ? `Paused, ${span(ageOf(document.as_of, now))} old` : age}
    </span>
  )
}

function Alarm({ tone, children }: { tone: string; children: React.ReactNode }) {
  return (
    <span className={cx("flex h-7 items-center gap-2 rounded px-2.5 text-sm", tone)}>
      <TriangleAlert aria-hidden className="size-3.5" />
      {children}
    </span>
  )
}
