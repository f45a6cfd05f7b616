import { useQuery } from "@tanstack/react-query"
import { ChevronRight } from "lucide-react"
import { useState } from "react"
import { fraction } from "@/format/number"
import { month } from "@/format/time"
import type { Mode } from "@/shell/mode"
import { Button } from "@/ui/Button"
import { Amount, SignedAmount } from "@/ui/figures"
import { Line, Lines } from "@/ui/Lines"
import { Panel } from "@/ui/Panel"
import { StatementSheet } from "@/ui/StatementSheet"
import { SkeletonRows, Trouble } from "@/ui/states"
import { EndAgreement } from "./EndAgreement"
import { Payments } from "./Payments"
import { type Agreement, type AgreementLine, statementsQuery } from "./queries"
import { RecordPayment } from "./RecordPayment"

interface AgreementPanelProps {
  agreement: Agreement
  line: AgreementLine | undefined
  mode: Mode
}

/** One agreement: where it stands, its statements and what was paid. */
export function AgreementPanel({ agreement, line, mode }: AgreementPanelProps) {
  const [asking, setAsking] = useState<"payment" | "end" | null>(null)
  const close = () => setAsking(null)
  const payable = mode === "LIVE"
  return (
    <Panel
      title={`No. ${agreement.number}: ${fraction(agreement.share, 0)} of ${agreement.strategies.join(", ")}`}
      note={`Months of ${agreement.time_zone}, from ${agreement.starts_on}${agreement.ends_on ? ` until ${agreement.ends_on}` : ""}`}
      actions={
        <>
          {!agreement.ends_on && (
            <Button size="small" look="quiet" onClick={() => setAsking("end")}>
              End…
            </Button>
          )}
          {payable && (
            <Button size="small" onClick={() => setAsking("payment")}>
              Record payment…
            </Button>
          )}
        </>
      }
    >
      {line && <Standing line={line} />}
      {payable && <Statements agreement={agreement} />}
      {payable && <Payments agreement={agreement} />}
      {!payable && (
        <p className="pt-2 text-sm text-ink-3">PAPER: an estimate. Statements and payments are LIVE alone.</p>
      )}
      {asking === "payment" && <RecordPayment agreement={agreement} line={line} onClose={close} />}
      {asking === "end" && <EndAgreement agreement={agreement} onClose={close} />}
    </Panel>
  )
}

function Standing({ line }: { line: AgreementLine }) {
  const paid = { currency: line.currency, digits: 2 }
  return (
    <Lines>
      <Line name={`Earned since it began, ${line.currency}`}>
        <SignedAmount value={line.cumulative} {...paid} />
      </Line>
      <Line name="High-water mark">
        <Amount value={line.mark} {...paid} />
      </Line>
      <Line name="This month so far, estimated">
        <Amount value={line.accrued} {...paid} />
      </Line>
      <Line name="Carried to the next month">
        <Amount value={line.carried} {...paid} />
      </Line>
      <Line name="Paid, ever">
        <Amount value={line.paid} {...paid} />
      </Line>
      <Line name="Due">
        <strong className="font-semibold">
          <Amount value={line.due} {...paid} />
        </strong>
      </Line>
    </Lines>
  )
}

function Statements({ agreement }: { agreement: Agreement }) {
  const { data, error, refetch } = useQuery(statementsQuery(agreement.agreement_id))
  if (error && !data) return <Trouble what="The statements" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={2} />
  return (
    <section aria-label={`Statements of no. ${agreement.number}`} className="pt-3">
      <h3 className="text-sm font-medium">Statements</h3>
      {data.items.length === 0 && <p className="text-sm text-ink-3">None until a month has ended.</p>}
      {data.items.map((one) => (
        <details key={one.hash} className="group border-b border-line last:border-0">
          <summary className="flex h-8 cursor-pointer items-center gap-3 text-sm">
            <ChevronRight
              aria-hidden
              className="-mr-1.5 size-4 text-ink-3 transition-transform group-open:rotate-90"
            />
            <span className="font-medium">{month(`${one.month}-01T00:00:00Z`)}</span>
            <span className="text-ink-3">due on {one.due_on}</span>
            <span className="ml-auto">
              <Amount value={one.due} currency={one.currency} digits={2} />
            </span>
          </summary>
          <div className="pb-3">
            <StatementSheet statement={one} of={`no. ${agreement.number}`} />
          </div>
        </details>
      ))}
    </section>
  )
}
