import { ArrowLeftRight } from "lucide-react"
import { plain } from "@/format/number"
import { day } from "@/format/time"
import { words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Amount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import type { ClientView } from "./ClientSheet"

type FlowLine = ClientView["flows"][number]

/** Deposits and withdrawals, each with the price it was struck at. */
export function Flows({ view }: { view: ClientView | undefined }) {
  return (
    <Panel title="Deposits and withdrawals" note="UTC" flush>
      {!view && <SkeletonRows rows={3} />}
      {view?.flows.length === 0 && (
        <Empty icon={ArrowLeftRight} title="No money has moved yet">
          Each deposit and withdrawal shows here with its date and its unit price.
        </Empty>
      )}
      {view && view.flows.length > 0 && (
        <Table
          name="Every deposit and withdrawal"
          columns={columnsIn(view.currency)}
          rows={view.flows}
          rowKey={(flow) => flow.flow_id}
        />
      )}
    </Panel>
  )
}

function columnsIn(currency: string): Column<FlowLine>[] {
  return [
    { key: "at", title: "Date", cell: (flow) => day(flow.at) },
    { key: "kind", title: "Kind", cell: (flow) => words(flow.kind) },
    {
      key: "amount",
      title: `Amount, ${currency}`,
      cell: (flow) => <Amount value={flow.amount} currency={currency} digits={2} />,
      numeric: true,
    },
    {
      key: "units",
      title: "Units",
      cell: (flow) => plain(flow.units, 4),
      numeric: true,
      className: "hidden 2xl:table-cell",
    },
    {
      key: "price",
      title: "Unit price",
      cell: (flow) => plain(flow.unit_price, 4),
      numeric: true,
      className: "hidden 2xl:table-cell",
    },
    {
      key: "arrived",
      title: "Cash",
      cell: (flow) => (
        <Badge tone={flow.arrived ? "gain" : "warn"}>{flow.arrived ? "Settled" : "In transit"}</Badge>
      ),
      from: "sm",
    },
  ]
}
