import type { Overview } from "@/api/overview"
import { milliseconds } from "@/format/time"
import { words } from "@/format/words"
import { Badge, type Tone } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { SkeletonRows } from "@/ui/states"

type Health = Overview["services"][number]
const tones: Record<Health["status"], Tone> = { ready: "gain", not_ready: "warn", unreachable: "loss" }

/** Whether each service takes work. */
export function Services({ overview }: { overview: Overview | undefined }) {
  return (
    <Panel title="Services" note="Answer time of the last probe">
      {!overview && <SkeletonRows rows={5} />}
      <ul className="text-sm">
        {overview?.services.map((service) => (
          <li
            key={service.service}
            className="flex h-8 items-center gap-2 border-b border-line last:border-0"
          >
            <span className="truncate">{service.service}</span>
            <span className="ml-auto text-ink-3">{milliseconds(service.latency_ms)}</span>
            <Badge tone={tones[service.status]}>{words(service.status)}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
