import { Layers } from "lucide-react"
import type { Schemas } from "@/api/client"
import type { Overview } from "@/api/overview"
import { price, quantity } from "@/format/number"
import { counted } from "@/format/words"
import { SignedAmount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"

type Position = Schemas["OverviewPosition"]

const columns: Column<Position>[] = [
  {
    key: "instrument",
    title: "Instrument",
    cell: (held) => <span className="font-medium">{held.instrument}</span>,
  },
  {
    key: "strategy",
    title: "Strategy",
    cell: (held) => held.strategy_id,
    from: "md",
    className: "text-ink-2",
  },
  { key: "account", title: "Account", cell: (held) => held.account, from: "lg", className: "text-ink-2" },
  { key: "quantity", title: "Quantity", cell: (held) => quantity(held.quantity), numeric: true },
  { key: "average", title: "Average", cell: (held) => price(held.average_price), numeric: true, from: "sm" },
  { key: "market", title: "Market", cell: (held) => price(held.market_price), numeric: true, from: "md" },
  {
    key: "pnl",
    title: "Unrealized P&L",
    cell: (held) => <SignedAmount value={held.unrealized_pnl} currency={held.currency} digits={2} />,
    numeric: true,
  },
]

interface PositionsProps {
  overview: Overview | undefined
  /** Of this account alone; undefined: of all. */
  account?: string | undefined
}

export function Positions({ overview, account }: PositionsProps) {
  const shown = overview?.positions.filter((held) => !account || held.account === account)
  return (
    <Panel
      title="Open positions"
      note={
        overview &&
        `${account ? `In ${account}` : counted(overview.open_positions, "position")}, by strategy; prices in the quote currency`
      }
      flush
    >
      {!overview && <SkeletonRows rows={8} />}
      {overview && shown?.length === 0 && (
        <Empty icon={Layers} title="Nothing is held">
          Positions appear with the first fill of a {overview.mode} strategy.
        </Empty>
      )}
      {shown && shown.length > 0 && (
        <Table
          name="Open positions"
          columns={columns}
          rows={shown}
          rowKey={(held) => `${held.account} ${held.strategy_id} ${held.instrument}`}
          className="max-h-128 overflow-y-auto"
        />
      )}
    </Panel>
  )
}
