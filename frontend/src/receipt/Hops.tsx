import type { Schemas } from "@/api/client"
import { milliseconds, zoneName } from "@/format/time"
import { words } from "@/format/words"
import { Panel } from "@/ui/Panel"
import { preciseTime } from "./times"

/** When the signal passed each station, and how long it took from the one before. */
export function Hops({ hops }: { hops: readonly Schemas["Hop"][] }) {
  return (
    <Panel title="Way through the desk" note={`${zoneName()}; after the station before`}>
      <ol className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
        {hops.map((hop) => (
          <li key={hop.name} className="text-sm">
            <span className="block text-xs text-ink-3">{words(hop.name)}</span>
            <span>{preciseTime(hop.at)}</span>
            {hop.after_previous_ms !== null && hop.after_previous_ms !== undefined && (
              <span className="block text-xs text-ink-2">+{milliseconds(hop.after_previous_ms)}</span>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
