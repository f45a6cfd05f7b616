import { useQuery } from "@tanstack/react-query"
import { month } from "@/format/time"
import { Amount } from "@/ui/figures"
import { SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { type Agreement, type Payment, paymentsQuery } from "./queries"

const columns: Column<Payment>[] = [
  {
    key: "number",
    title: "No.",
    cell: (one) => one.number,
    numeric: true,
    className: "text-ink-3",
    from: "sm",
  },
  { key: "month", title: "For", cell: (one) => month(`${one.month}-01T00:00:00Z`) },
  { key: "on", title: "Paid on", cell: (one) => one.paid_on },
  {
    key: "reference",
    title: "Reference",
    cell: (one) => <span className="block max-w-40 truncate">{one.reference || "–"}</span>,
    from: "sm",
  },
  { key: "account", title: "To account", cell: (one) => one.bank_account || "–", from: "sm" },
  { key: "by", title: "By", cell: (one) => one.recorded_by, from: "md", className: "text-ink-2" },
  {
    key: "amount",
    title: "Amount",
    cell: (one) => <Amount value={one.amount} currency={one.currency} digits={2} />,
    numeric: true,
  },
]

/** What was paid under an agreement, never changed. */
export function Payments({ agreement }: { agreement: Agreement }) {
  const { data, error, refetch } = useQuery(paymentsQuery(agreement.agreement_id))
  if (error && !data) return <Trouble what="The payments" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={2} />
  return (
    <section aria-label={`Payments of no. ${agreement.number}`} className="pt-3">
      <h3 className="text-sm font-medium">Payments</h3>
      {data.items.length === 0 && <p className="text-sm text-ink-3">None yet.</p>}
      {data.items.length > 0 && (
        <div className="-mx-3.5">
          <Table
            name={`Every payment of no. ${agreement.number}`}
            columns={columns}
            rows={data.items}
            rowKey={(one) => one.payment_id}
          />
        </div>
      )}
    </section>
  )
}
