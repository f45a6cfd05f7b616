import type { Schemas } from "@/api/client"
import { Equity } from "@/ui/chart/Equity"
import { Capital } from "./Capital"
import { Flows } from "./Flows"
import { Roi } from "./Roi"
import { YearOnYear } from "./YearOnYear"

export type ClientView = Schemas["ClientView"]

/** Everything a client sees of the fund: on the client's own page, and beside the admin's ledger. */
export function ClientSheet({ view }: { view: ClientView | undefined }) {
  return (
    <>
      <Capital view={view} />
      <div className="grid gap-3.5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Equity
          title="Capital and drawdown"
          name="Capital"
          curves={view && [view.curve]}
          currency={view?.currency ?? "USD"}
          whenEmpty="The line begins at the first midnight, UTC, after the first deposit."
        />
        <div className="flex min-w-0 flex-col gap-3.5">
          <YearOnYear view={view} />
          <Flows view={view} />
        </div>
      </div>
      <Roi view={view} />
    </>
  )
}
