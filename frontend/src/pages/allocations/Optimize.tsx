import { useState } from "react"
import { api } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { words } from "@/format/words"
import { Confirm } from "@/ui/Confirm"
import { Choice, Field } from "@/ui/Field"

const methods = [
  "max_return_cvar",
  "min_cvar",
  "max_sharpe",
  "min_volatility",
  "risk_parity",
  "max_cagr_drawdown",
] as const

/** Runs the optimiser now; what it proposes waits for approval. */
export function Optimize({ onClose }: { onClose: () => void }) {
  const [method, setMethod] = useState<(typeof methods)[number]>("max_return_cvar")
  const [limit, setLimit] = useState("2")
  const [reason, setReason] = useState("")
  const share = Number(limit)
  const wrong = !(share > 0 && share <= 100)
  return (
    <Confirm
      title="Optimize now"
      about="It reads every backtest and proposes shares. Nothing is traded by them before somebody approves."
      submit="Run"
      missing={wrong ? "The limit is above 0 and at most 100 %" : undefined}
      done="The run has ended: see the proposal"
      act={async () => {
        await acted(() =>
          api.POST("/api/portfolio/allocations/optimize", {
            body: { method, cvar_limit: share / 100, reason },
          }),
        )
        await queries.invalidateQueries({ queryKey: ["allocations"] })
      }}
      onClose={onClose}
    >
      <Choice
        label="Method"
        value={method}
        onChange={(event) => setMethod(event.target.value as typeof method)}
      >
        {methods.map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </Choice>
      <Field
        label="CVaR limit, % of equity a day"
        inputMode="decimal"
        value={limit}
        onChange={(event) => setLimit(event.target.value)}
        hint="Most that the worst 5 % of days may lose on average"
      />
      <Field
        label="Why (kept with the run)"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
      />
    </Confirm>
  )
}
