import { count } from "@/format/number"
import { words } from "@/format/words"
import { Panel } from "@/ui/Panel"
import type { SenderView } from "./queries"

/** Why signals were not executed, and how many for each reason. */
export function Dropped({ view }: { view: SenderView | undefined }) {
  const reasons = Object.entries(view?.dropped_reasons ?? {})
  if (reasons.length === 0) return null
  return (
    <Panel title="Why signals were dropped" note="Open a signal for its numbers">
      <ul className="text-sm">
        {reasons.map(([reason, many]) => (
          <li
            key={reason}
            className="flex min-h-8 items-center justify-between gap-3 border-b border-line py-1 last:border-0"
          >
            <span>{words(reason)}</span>
            <span className="text-ink-2">{count(many)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
