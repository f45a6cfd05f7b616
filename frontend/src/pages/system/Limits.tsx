import type { UseQueryResult } from "@tanstack/react-query"
import { useState } from "react"
import { api, type Schemas } from "@/api/client"
import { acted } from "@/api/stepUp"
import { Button } from "@/ui/Button"
import { type Controls, type Scope, tookControls } from "./queries"
import { RulesForm } from "./RulesForm"
import { RulesPanel } from "./RulesPanel"
import { limitRules } from "./rules"

/** What an entry may not exceed, scope by scope. */
export function Limits({ controls }: { controls: UseQueryResult<Controls> }) {
  const [editing, setEditing] = useState(false)
  const known = controls.data?.limits ?? []
  return (
    <RulesPanel
      title="Limits before the trade"
      none="No limit is set"
      about="Without limits only the caps of sizing hold entries back. Exits pass every limit."
      controls={controls}
      rules={limitRules}
      rows={known.map(({ scope, limits }) => ({ scope, values: limits as Record<string, unknown> }))}
      actions={
        <Button size="small" onClick={() => setEditing(true)}>
          Set limits…
        </Button>
      }
    >
      {editing && (
        <RulesForm
          title="Set limits"
          about="They hold from the next order on. Exits pass them all."
          rules={limitRules}
          valuesFor={(scope) =>
            (known.find((each) => same(each.scope, scope))?.limits ?? {}) as Record<string, unknown>
          }
          send={async (scope, values, reason) => {
            const limits = values as Schemas["SetLimits"]["limits"]
            tookControls(
              await acted(() => api.PUT("/api/controls/limits", { body: { scope, limits, reason } })),
            )
          }}
          onClose={() => setEditing(false)}
        />
      )}
    </RulesPanel>
  )
}

export function same(one: Scope, other: Scope): boolean {
  return one.kind === other.kind && one.name === other.name
}
