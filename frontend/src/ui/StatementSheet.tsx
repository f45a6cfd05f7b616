import type { Schemas } from "@/api/client"
import { count, fraction } from "@/format/number"
import { dateTime, month, stamped } from "@/format/time"
import { Amount, SignedAmount } from "./figures"
import { Line, Lines } from "./Lines"
import { Panel } from "./Panel"

type Statement = Schemas["Statement"]

/** One closed month of one agreement, line by line as it was reckoned. */
export function StatementSheet({ statement: one, of }: { statement: Statement; of?: string | undefined }) {
  const paid = { currency: one.currency, digits: 2 }
  return (
    <Panel
      title={[month(`${one.month}-01T00:00:00Z`), of].filter(Boolean).join(", ")}
      note={`No. ${one.number}, ${one.currency}`}
    >
      <Lines>
        <Line name="Profit of the month, less commission">
          <SignedAmount value={one.net} {...paid} />
        </Line>
        <Line name="Of it, corrections of closed months">
          <SignedAmount value={one.corrections} {...paid} />
        </Line>
        <Line name="Profit since the agreement began">
          <SignedAmount value={one.cumulative} {...paid} />
        </Line>
        <Line name="High-water mark before">
          <Amount value={one.mark_before} {...paid} />
        </Line>
        <Line name={`Your share, ${fraction(one.share, 0)} of what is above it`}>
          <Amount value={one.fee} {...paid} />
        </Line>
        <Line name="Brought from the month before">
          <Amount value={one.brought} {...paid} />
        </Line>
        <Line name="Paid since then">
          <Amount value={one.paid} {...paid} />
        </Line>
        <Line name="Balance">
          <Amount value={one.balance} {...paid} />
        </Line>
        <Line name={`Due on ${one.due_on}, ${one.time_zone}`}>
          <strong className="font-semibold">
            <Amount value={one.due} {...paid} />
          </strong>
        </Line>
      </Lines>
      <Proof statement={one} />
    </Panel>
  )
}

function Proof({ statement: one }: { statement: Statement }) {
  return (
    <details className="mt-2 text-xs text-ink-3">
      <summary className="w-fit cursor-pointer">How it can be checked</summary>
      <p className="mt-1">
        {count(one.fills)} fills from {dateTime(one.begins_at)} to {stamped(one.ends_at)}; closed{" "}
        {stamped(one.closed_at)} and never changed since.
      </p>
      <dl className="mt-1 break-all">
        <dt className="inline">This statement’s hash </dt>
        <dd className="inline text-ink-2">{one.hash}</dd>
        <br />
        <dt className="inline">Of the one before </dt>
        <dd className="inline text-ink-2">{one.previous_hash || "none"}</dd>
        <br />
        <dt className="inline">Of the fills </dt>
        <dd className="inline text-ink-2">{one.fills_hash}</dd>
      </dl>
    </details>
  )
}
