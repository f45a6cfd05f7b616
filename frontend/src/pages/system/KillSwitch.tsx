import type { UseQueryResult } from "@tanstack/react-query"
import { OctagonX } from "lucide-react"
import { useEffect, useState } from "react"
import { api } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { acted } from "@/api/stepUp"
import { Button } from "@/ui/Button"
import { Choice, Field } from "@/ui/Field"
import { Panel } from "@/ui/Panel"
import { say } from "@/ui/toast"
import { Fired } from "./Fired"
import { type Controls, named, type Scope, tookControls } from "./queries"
import { ScopeChoice } from "./ScopeChoice"

const modes = [
  ["freeze_entries", "Freeze entries", "No new entry is sent; exits go on."],
  ["reduce_only", "Reduce only", "And entries that rest are cancelled."],
  ["cancel_resting", "Cancel resting", "And every resting order is cancelled."],
  ["flatten", "Flatten", "And every position is closed at the market."],
] as const
type Mode = (typeof modes)[number][0]

/** The switch itself: one press stops, the hardest modes want a second one; it needs no feed and no code. */
export function KillSwitch({ controls }: { controls: UseQueryResult<Controls> }) {
  const [mode, setMode] = useState<Mode>("freeze_entries")
  const [scope, setScope] = useState<Scope>({ kind: "desk", name: "" })
  const [reason, setReason] = useState("")
  const [armed, setArmed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const hard = mode === "flatten" || mode === "cancel_resting"
  const label = modes.find(([key]) => key === mode)?.[1] ?? mode

  useEffect(() => {
    if (!armed) return
    const end = setTimeout(() => setArmed(false), 6000)
    return () => clearTimeout(end)
  }, [armed])

  async function fire() {
    if (hard && !armed) return setArmed(true)
    setBusy(true)
    setRefusal(null)
    try {
      const body = { scope, mode, reason: reason.trim() || "fired from the dashboard", drill: false }
      tookControls(await acted(() => api.POST("/api/kill-switch/fire", { body })))
      say(`Fired: ${label.toLowerCase()}, ${named(scope)}`)
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
      setArmed(false)
    }
  }

  return (
    <Panel
      title="Kill switch"
      note="Stops at once; exits and stop-losses always go on"
      className="border-l-2 border-l-loss"
    >
      <div className="grid items-end gap-3 sm:grid-cols-2 xl:grid-cols-[1fr_1.3fr_1.3fr_auto]">
        <Choice label="What stops" value={mode} onChange={(event) => setMode(event.target.value as Mode)}>
          {modes.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </Choice>
        <ScopeChoice scope={scope} onChange={setScope} />
        <Field
          label="Why (optional)"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button look="danger" busy={busy} onClick={() => void fire()} className="min-w-44">
          <OctagonX aria-hidden className="size-4" />
          {armed ? `Press again: ${label.toLowerCase()}` : label}
        </Button>
      </div>
      <p className="mt-2 text-sm text-ink-2">{modes.find(([key]) => key === mode)?.[2]}</p>
      {refusal && (
        <p role="alert" className="mt-2 rounded bg-loss-soft px-3 py-2 text-sm text-loss">
          {refusal}
        </p>
      )}
      <Fired controls={controls} />
    </Panel>
  )
}
