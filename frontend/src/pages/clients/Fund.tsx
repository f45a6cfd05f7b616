import { TriangleAlert } from "lucide-react"
import { plain } from "@/format/number"
import { day } from "@/format/time"
import { Figure, FigureRow, FiguresWaiting } from "@/ui/FigureRow"
import { Amount, SignedShare } from "@/ui/figures"
import type { FundView } from "./queries"

/** What the fund is worth and how that is reckoned. */
export function Fund({ fund }: { fund: FundView | undefined }) {
  if (!fund) return <FiguresWaiting figures={6} />
  const paid = { currency: fund.currency, digits: 2 }
  return (
    <>
      {fund.incomplete && (
        <p
          role="status"
          className="flex items-center gap-3 rounded-md bg-warn-soft px-3.5 py-2.5 text-sm text-warn"
        >
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          No value can be struck: {fund.incomplete}
        </p>
      )}
      <FigureRow name="The fund">
        <Figure
          name={`Net asset value, ${fund.currency}`}
          large
          note={fund.nav ? "Equity and in transit, less fees" : "Nothing is in this fund yet"}
        >
          <Amount value={fund.nav} {...paid} />
        </Figure>
        <Figure name="Equity of the accounts">
          <Amount value={fund.equity} {...paid} />
        </Figure>
        <Figure name="In transit">
          <Amount value={fund.in_transit} {...paid} />
        </Figure>
        <Figure name="Fees owed to senders">
          <Amount value={fund.accrued_fees} {...paid} />
        </Figure>
        <Figure name="Unit price" note={`${plain(fund.units, 4)} units`}>
          {plain(fund.unit_price, 4)}
        </Figure>
        <Figure
          name="Return since inception"
          note={
            fund.performance.since ? `Time-weighted, since ${day(fund.performance.since)}` : "Time-weighted"
          }
        >
          <SignedShare value={fund.performance.total} />
        </Figure>
      </FigureRow>
    </>
  )
}
