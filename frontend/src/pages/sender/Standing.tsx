import { count } from "@/format/number"
import { Amounts } from "@/ui/amounts"
import { Figure, FigureRow, FiguresWaiting } from "@/ui/FigureRow"
import type { SenderView } from "./queries"

/** What became of everything that was sent, and what it made in all. */
export function Sent({ view }: { view: SenderView | undefined }) {
  if (!view) return <FiguresWaiting figures={5} />
  return (
    <FigureRow name="What became of them">
      <Figure name={`Profit of all ${view.mode} signals`} large note="Realised, less commission">
        <Amounts amounts={view.profit} signed />
      </Figure>
      <Figure name="Sent">{count(view.sent)}</Figure>
      <Figure name="Executed">{count(view.executed)}</Figure>
      <Figure name="Waiting or working">{count(view.waiting)}</Figure>
      <Figure name="Dropped">{count(view.dropped)}</Figure>
    </FigureRow>
  )
}

/** What is owed for it; on paper nothing ever is. */
export function Earnings({ view }: { view: SenderView | undefined }) {
  if (!view) return <FiguresWaiting figures={4} />
  if (!view.payable) {
    return (
      <p className="rounded-md bg-paper-soft px-3.5 py-2.5 text-sm text-ink-2">
        PAPER: fills are simulated and nothing is payable. Every figure here is an estimate.
      </p>
    )
  }
  return (
    <FigureRow name="Earnings">
      <Figure name="Next payment" large note={`The 1st of the month, ${view.time_zone}`}>
        {view.next_payment_on ?? "–"}
      </Figure>
      <Figure name="Due" note="Of closed months, not yet paid">
        <Amounts amounts={view.due} />
      </Figure>
      <Figure name="This month so far" note="Estimated">
        <Amounts amounts={view.accrued} />
      </Figure>
      <Figure name="Paid, ever">
        <Amounts amounts={view.paid} />
      </Figure>
    </FigureRow>
  )
}
