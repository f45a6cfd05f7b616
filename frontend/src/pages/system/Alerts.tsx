import { useQuery } from "@tanstack/react-query"
import { BellOff } from "lucide-react"
import { useState } from "react"
import { type AlertRecord, alertsQuery } from "@/api/alerts"
import { api } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { stamped } from "@/format/time"
import { counted, sentence, words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge, type Tone } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Area } from "@/ui/Field"
import { Panel } from "@/ui/Panel"
import { Segments } from "@/ui/Segments"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"

const tones: Record<AlertRecord["severity"], Tone> = { info: "neutral", warning: "warn", critical: "loss" }

/** What a person must know, until somebody says so. */
export function Alerts() {
  const { data, error, refetch } = useQuery({ ...alertsQuery, refetchInterval: useEvery(5) })
  const [all, setAll] = useState<"open" | "all">("open")
  const [noting, setNoting] = useState<AlertRecord | null>(null)
  const shown = data?.items.filter((alert) => all === "all" || alert.open)
  return (
    <Panel
      title="Alerts"
      note={data && counted(data.items.filter((alert) => alert.open).length, "open alert")}
      actions={
        <Segments
          name="Which alerts"
          options={[
            ["open", "Open"],
            ["all", "All"],
          ]}
          value={all}
          onChange={setAll}
        />
      }
    >
      {error && !data && <Trouble what="The alerts" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={4} />}
      {shown?.length === 0 && (
        <Empty icon={BellOff} title="Nothing is wrong">
          Alerts appear here, and go to whoever is on call, as services raise them.
        </Empty>
      )}
      <ul className="max-h-110 overflow-y-auto">
        {shown?.map((alert) => (
          <li
            key={alert.alert_id}
            className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line py-2 text-sm last:border-0"
          >
            <Badge tone={tones[alert.severity]}>{words(alert.severity)}</Badge>
            <div className="min-w-0 flex-1 basis-56">
              <p className="font-medium">{sentence(alert.title)}</p>
              <p className="text-xs text-ink-3">
                {alert.service}, {stamped(alert.last_seen)}
                {alert.count > 1 && `, ${counted(alert.count, "time")}`}
                {alert.acknowledged_by && `; seen by ${alert.acknowledged_by}`}
                {alert.note && `: ${alert.note}`}
              </p>
            </div>
            {alert.open && (
              <Button size="small" onClick={() => setNoting(alert)}>
                Acknowledge
              </Button>
            )}
          </li>
        ))}
      </ul>
      {noting && <Acknowledge alert={noting} onClose={() => setNoting(null)} />}
    </Panel>
  )
}

function Acknowledge({ alert, onClose }: { alert: AlertRecord; onClose: () => void }) {
  const [note, setNote] = useState("")
  return (
    <Confirm
      title="Acknowledge this alert?"
      about={alert.title}
      submit="Acknowledge"
      done="Acknowledged in your name"
      act={async () => {
        await acted(() =>
          api.POST("/api/alerts/{alert_id}/acknowledge", {
            params: { path: { alert_id: alert.alert_id } },
            body: { note },
          }),
        )
        await queries.invalidateQueries({ queryKey: ["alerts"] })
      }}
      onClose={onClose}
    >
      {Object.keys(alert.facts ?? {}).length > 0 && (
        <dl className="grid max-h-48 grid-cols-[auto_1fr] gap-x-3 overflow-y-auto text-xs">
          {Object.entries(alert.facts ?? {}).map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{words(name)}</dt>
              <dd className="break-all">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <Area
        label="Note (optional)"
        value={note}
        maxLength={1000}
        onChange={(event) => setNote(event.target.value)}
        autoFocus
      />
    </Confirm>
  )
}
