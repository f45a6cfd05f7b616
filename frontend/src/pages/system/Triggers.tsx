import type { UseQueryResult } from "@tanstack/react-query"
import { useState } from "react"
import { api, type Schemas } from "@/api/client"
import { acted } from "@/api/stepUp"
import { words } from "@/format/words"
import { Button } from "@/ui/Button"
import { Choice } from "@/ui/Field"
import { same } from "./Limits"
import { type Controls, tookControls } from "./queries"
import { RulesForm } from "./RulesForm"
import { RulesPanel } from "./RulesPanel"
import { triggerRules } from "./rules"

type Mode = Schemas["Fire"]["mode"]
const modes: Mode[] = ["freeze_entries", "reduce_only", "cancel_resting", "flatten"]

/** When the kill switch fires by itself. */
export function Triggers({ controls }: { controls: UseQueryResult<Controls> }) {
  const [editing, setEditing] = useState(false)
  const [mode, setMode] = useState<Mode>("freeze_entries")
  const known = controls.data?.triggers ?? []
  return (
    <RulesPanel
      title="Triggers of the kill switch"
      none="No trigger is set"
      about="The usual watch on margin goes on. At 80 % of a trigger it warns, at 100 % the switch fires."
      controls={controls}
      rules={triggerRules}
      rows={known.map(({ scope, triggers }) => ({
        scope,
        values: triggers as Record<string, unknown>,
        note: words(triggers.mode),
      }))}
      actions={
        <Button size="small" onClick={() => setEditing(true)}>
          Set triggers…
        </Button>
      }
    >
      {editing && (
        <RulesForm
          title="Set triggers"
          about="Fractions of equity: 0.05 is 5 %. At 80 % it warns, at 95 % it is critical, at 100 % it fires."
          rules={triggerRules}
          valuesFor={(scope) =>
            (known.find((each) => same(each.scope, scope))?.triggers ?? {}) as Record<string, unknown>
          }
          send={async (scope, values, reason) => {
            const triggers = { ...values, mode } as Schemas["SetTriggers"]["triggers"]
            tookControls(
              await acted(() => api.PUT("/api/controls/triggers", { body: { scope, triggers, reason } })),
            )
          }}
          onClose={() => setEditing(false)}
        >
          <Choice label="What it does" value={mode} onChange={(event) => setMode(event.target.value as Mode)}>
            {modes.map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </Choice>
        </RulesForm>
      )}
    </RulesPanel>
  )
}
