import { useQuery } from "@tanstack/react-query"
import { strategiesQuery } from "@/api/strategies"
import { Choice } from "@/ui/Field"
import { named, type Scope } from "./queries"

/** The whole desk, one account, or one strategy on all its accounts. */
export function ScopeChoice({ scope, onChange }: { scope: Scope; onChange: (scope: Scope) => void }) {
  const { data } = useQuery(strategiesQuery)
  const strategies = data?.items ?? []
  const accounts = [...new Set(strategies.flatMap((one) => [one.account, `paper:${one.account}`]))].sort()
  const scopes: Scope[] = [
    { kind: "desk", name: "" },
    ...accounts.map((name): Scope => ({ kind: "account", name })),
    ...strategies.map((one): Scope => ({ kind: "strategy", name: one.strategy_id })),
  ]
  return (
    <Choice
      label="Of what"
      value={`${scope.kind} ${scope.name}`}
      onChange={(event) => {
        const next = scopes.find((each) => `${each.kind} ${each.name}` === event.target.value)
        if (next) onChange(next)
      }}
    >
      {scopes.map((each) => (
        <option key={`${each.kind} ${each.name}`} value={`${each.kind} ${each.name}`}>
          {named(each).replace(/^\w/, (letter) => letter.toUpperCase())}
        </option>
      ))}
    </Choice>
  )
}
