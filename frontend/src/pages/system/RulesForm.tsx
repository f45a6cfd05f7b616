import { useState } from "react"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import type { Scope } from "./queries"
import { type Rule, typedOf, valuesOf } from "./rules"
import { ScopeChoice } from "./ScopeChoice"

interface RulesFormProps {
  title: string
  about: string
  rules: readonly Rule[]
  valuesFor: (scope: Scope) => Readonly<Record<string, unknown>>
  send: (scope: Scope, values: Record<string, unknown>, reason: string) => Promise<void>
  children?: React.ReactNode
  onClose: () => void
}

/** Sets the numbers of one scope; what is left empty says nothing. */
export function RulesForm({ title, about, rules, valuesFor, send, children, onClose }: RulesFormProps) {
  const [scope, setScope] = useState<Scope>({ kind: "desk", name: "" })
  const [typed, setTyped] = useState(typedOf(rules, valuesFor(scope)))
  const [reason, setReason] = useState("")
  const choose = (next: Scope) => {
    setScope(next)
    setTyped(typedOf(rules, valuesFor(next)))
  }
  return (
    <Confirm
      title={title}
      about={about}
      wide
      submit="Set"
      done="Set: it holds from the next order on"
      act={() => send(scope, valuesOf(rules, typed), reason)}
      onClose={onClose}
    >
      <ScopeChoice scope={scope} onChange={choose} />
      {children}
      <div className="grid gap-3 sm:grid-cols-2">
        {rules.map((rule) => (
          <Field
            key={rule.key}
            label={rule.name}
            hint={rule.hint}
            inputMode={rule.kind === "list" ? "text" : "decimal"}
            value={typed[rule.key] ?? ""}
            onChange={(event) => setTyped({ ...typed, [rule.key]: event.target.value })}
          />
        ))}
      </div>
      <Field
        label="Why (kept)"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.target.value)}
      />
    </Confirm>
  )
}
