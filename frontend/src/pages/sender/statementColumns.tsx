import { month } from "@/format/time"
import { words } from "@/format/words"
import { Badge, type Tone } from "@/ui/Badge"
import { Amount, SignedAmount } from "@/ui/figures"
import type { Column } from "@/ui/Table"
import type { SenderView, StatementLine } from "./queries"

const tones: Record<StatementLine["status"], Tone> = { estimated: "neutral", final: "live", paid: "gain" }

export function StatementStatus({ status }: { status: StatementLine["status"] }) {
  return <Badge tone={tones[status]}>{words(status)}</Badge>
}

export const monthColumn: Column<StatementLine> = {
  key: "month",
  title: "Month",
  cell: (one) => <span className="font-medium">{month(`${one.month}-01T00:00:00Z`)}</span>,
}

/** The month, and which agreement's it is. */
export function monthOf(view: SenderView): Column<StatementLine> {
  if (view.agreements.length < 2) return monthColumn
  const names = namesOf(view)
  return {
    ...monthColumn,
    cell: (one) => (
      <span className="block py-1.5">
        {monthColumn.cell(one)}
        <span className="block max-w-28 truncate text-xs text-ink-3">{names.get(one.agreement_id)}</span>
      </span>
    ),
  }
}

/** What each agreement is about, by its id. */
export function namesOf(view: SenderView): Map<string, string> {
  return new Map(view.agreements.map((one) => [one.agreement_id, one.strategies.join(", ")]))
}

export const statusColumn: Column<StatementLine> = {
  key: "status",
  title: "Status",
  cell: (one) => <StatementStatus status={one.status} />,
}

export const feeColumn: Column<StatementLine> = {
  key: "fee",
  title: "Your share",
  cell: (one) => <Amount value={one.fee} currency={one.currency} digits={2} />,
  numeric: true,
}

export const netColumn: Column<StatementLine> = {
  key: "net",
  title: "Profit of the month",
  cell: (one) => <SignedAmount value={one.net} currency={one.currency} digits={2} />,
  numeric: true,
  from: "sm",
}

export const dueColumn: Column<StatementLine> = {
  key: "due",
  title: "Due",
  cell: (one) => <Amount value={one.due} currency={one.currency} digits={2} />,
  numeric: true,
}
