import type { UseQueryResult } from "@tanstack/react-query"
import { useState } from "react"
import { api } from "@/api/client"
import { useWho } from "@/api/session"
import { acted } from "@/api/stepUp"
import { stamped } from "@/format/time"
import { words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Trouble } from "@/ui/states"
import { type Controls, named, type Switch, tookControls } from "./queries"

/** The switches that are fired, and the way back: one admin asks, another approves. */
export function Fired({ controls }: { controls: UseQueryResult<Controls> }) {
  const [asking, setAsking] = useState<Switch | null>(null)
  const { data, error, refetch } = controls
  if (error && !data) {
    return (
      <div className="mt-3">
        <Trouble what="What is fired" failure={error} retry={() => void refetch()} />
      </div>
    )
  }
  if (!data) return null
  if (data.switches.length === 0)
    return <p className="mt-3 text-sm text-gain">Nothing is fired: entries and exits go out.</p>
  return (
    <>
      <ul className="mt-3 flex flex-col gap-2">
        {data.switches.map((each) => (
          <li
            key={`${each.scope.kind} ${each.scope.name}`}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded bg-loss-soft px-3 py-2 text-sm"
          >
            <Badge tone="loss">{words(each.mode)}</Badge>
            <span className="font-medium">{named(each.scope)}</span>
            {each.drill && <Badge>Drill</Badge>}
            <span className="min-w-0 flex-1 basis-64 text-ink-2">
              Fired by {each.fired_by}, {stamped(each.fired_at)}: {each.reason}
              {each.rearm_asked_by &&
                `. Re-arming asked by ${each.rearm_asked_by}; another admin approves it.`}
            </span>
            <Rearm fired={each} onAsk={() => setAsking(each)} />
          </li>
        ))}
      </ul>
      {asking && <Ask fired={asking} onClose={() => setAsking(null)} />}
    </>
  )
}

function Rearm({ fired, onAsk }: { fired: Switch; onAsk: () => void }) {
  const who = useWho()
  const mine = fired.rearm_asked_by === who?.name || fired.fired_by === who?.name
  if (fired.rearm_asked_by && mine && !fired.drill)
    return <span className="text-ink-3">Waits for another admin</span>
  return (
    <Button size="small" onClick={onAsk}>
      {fired.rearm_asked_by ? "Approve re-arming…" : "Ask to re-arm…"}
    </Button>
  )
}

function Ask({ fired, onClose }: { fired: Switch; onClose: () => void }) {
  const approving = Boolean(fired.rearm_asked_by)
  const path = approving ? "/api/kill-switch/approve" : "/api/kill-switch/rearm"
  return (
    <Confirm
      title={approving ? `Re-arm ${named(fired.scope)}?` : `Ask to re-arm ${named(fired.scope)}?`}
      about={
        approving
          ? "Entries go out again from the next signal on. What was closed stays closed."
          : "Nothing changes yet: another admin, who neither fired nor asked, must approve it."
      }
      word="REARM"
      danger={approving}
      submit={approving ? "Re-arm" : "Ask"}
      done={approving ? "Re-armed: entries go out again" : "Asked: another admin approves it"}
      act={async () =>
        tookControls(await acted(() => api.POST(path, { body: { scope: fired.scope, reason: "" } })))
      }
      onClose={onClose}
    />
  )
}
