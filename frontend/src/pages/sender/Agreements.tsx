import { Handshake } from "lucide-react"
import { percent } from "@/format/number"
import { Amount, SignedAmount } from "@/ui/figures"
import { Line, Lines } from "@/ui/Lines"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import type { SenderView } from "./queries"

/** What was agreed, and where it stands. */
export function Agreements({ view }: { view: SenderView | undefined }) {
  return (
    <Panel title="Agreements">
      {!view && <SkeletonRows rows={3} />}
      {view?.agreements.length === 0 && (
        <Empty icon={Handshake} title={`No agreement counts ${view.mode} signals`}>
          Your share of the profit is agreed with the desk; what was agreed shows here.
        </Empty>
      )}
      <div className="flex flex-col gap-4">
        {view?.agreements.map((one) => (
          <section key={one.agreement_id} aria-label={one.strategies.join(", ")}>
            <h3 className="text-sm font-medium">
              {percent(one.share_percent, 0)} of what {one.strategies.join(", ")} earn above the mark
            </h3>
            <p className="text-xs text-ink-3">
              Months of {one.time_zone}, from {one.starts_on}
              {one.ends_on && ` until ${one.ends_on}`}
            </p>
            <Standing line={one} />
          </section>
        ))}
      </div>
    </Panel>
  )
}

function Standing({ line }: { line: SenderView["agreements"][number] }) {
  const { currency } = line
  return (
    <>
      <Lines>
        <Line name={`Earned since it began, ${currency}`}>
          <SignedAmount value={line.cumulative} currency={currency} digits={2} />
        </Line>
        <Line name="High-water mark">
          <Amount value={line.mark} currency={currency} digits={2} />
        </Line>
        <Line name="Carried to the next month">
          <Amount value={line.carried} currency={currency} digits={2} />
        </Line>
        <Line name="Least that is paid out">
          <Amount value={line.minimum} currency={currency} digits={2} />
        </Line>
      </Lines>
      {line.unconverted > 0 && (
        <p className="py-1 text-xs text-warn">
          {line.unconverted} fills of this month are in a currency without a known rate; they count nowhere
          yet.
        </p>
      )}
    </>
  )
}
