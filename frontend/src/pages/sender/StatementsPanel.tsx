import { Link } from "@tanstack/react-router"
import { ReceiptText } from "lucide-react"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import { Table } from "@/ui/Table"
import type { SenderView } from "./queries"
import { dueColumn, feeColumn, monthOf, statusColumn } from "./statementColumns"

const NEWEST = 6

/** The newest statements; all of them have a page. */
export function StatementsPanel({ view }: { view: SenderView | undefined }) {
  return (
    <Panel
      title="Statements"
      note={view && (view.payable ? "LIVE" : "PAPER, estimates")}
      actions={
        <Link to="/statements" className="text-sm underline underline-offset-2">
          View all
        </Link>
      }
      flush
    >
      {!view && <SkeletonRows rows={4} />}
      {view?.statements.length === 0 && (
        <Empty icon={ReceiptText} title="No statement yet">
          The running month is estimated here; it becomes final when the month has ended.
        </Empty>
      )}
      {view && view.statements.length > 0 && (
        <Table
          name="Newest statements"
          columns={[monthOf(view), statusColumn, feeColumn, { ...dueColumn, from: "sm" }]}
          rows={view.statements.slice(0, NEWEST)}
          rowKey={(one) => `${one.agreement_id} ${one.month}`}
        />
      )}
    </Panel>
  )
}
