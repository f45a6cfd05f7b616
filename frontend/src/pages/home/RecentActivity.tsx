import { Link } from "@tanstack/react-router"
import { Inbox } from "lucide-react"
import type { Overview } from "@/api/overview"
import { price } from "@/format/number"
import { dayOrTime, zoneName } from "@/format/time"
import { counted, words } from "@/format/words"
import { useNow } from "@/live/clock"
import { cx } from "@/ui/cx"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"

type Signal = Overview["signals"][number]
const tones: Record<Signal["status"], string> = {
  waiting: "text-ink-3",
  approved: "text-gain",
  resized: "text-warn",
  refused: "text-loss",
}

/** The last ten signals and what became of each. */
export function RecentActivity({ overview }: { overview: Overview | undefined }) {
  const now = useNow()
  return (
    <Panel
      title="Recent signals"
      note={zoneName()}
      actions={
        <Link to="/activity" className="text-sm underline underline-offset-2">
          View all
        </Link>
      }
    >
      {!overview && <SkeletonRows rows={7} />}
      {overview && overview.signals.length === 0 && (
        <Empty icon={Inbox} title="No signals yet">
          The first signal of a {overview.mode} strategy appears here as it is received.
        </Empty>
      )}
      <ol>
        {overview?.signals.map((signal) => (
          <li key={signal.signal_id} className="border-b border-line py-2 last:border-0 last:pb-0">
            <Line signal={signal} now={now} />
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function Line({ signal, now }: { signal: Signal; now: number }) {
  return (
    <Link
      to="/activity"
      search={{ signal: signal.signal_id }}
      className="-mx-1.5 grid rounded px-1.5 hover:bg-hover items-baseline grid-cols-[4.5rem_minmax(0,1fr)_auto] gap-x-2 text-sm"
    >
      <span className="text-ink-3">{dayOrTime(signal.received_at, now)}</span>
      <span className="truncate">
        <span className="font-medium">{signal.instrument}</span>{" "}
        <span className="text-ink-3">{signal.strategy_id}</span>
      </span>
      <span className={cx("text-xs font-medium", tones[signal.status])}>{words(signal.status)}</span>
      <span className="col-start-2 col-end-4 truncate text-ink-2">
        {signal.action} {signal.price ? `at ${price(signal.price)}` : "at the market"}
        {signal.legs > 1 && `, ${counted(signal.legs, "leg")}`}
        {signal.reason && `: ${words(signal.reason).toLowerCase()}`}
      </span>
    </Link>
  )
}
