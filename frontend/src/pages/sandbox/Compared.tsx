import type { Schemas } from "@/api/client"
import { count, type Decimal, fraction, money, plain, signedFraction, signedMoney } from "@/format/number"
import { Panel } from "@/ui/Panel"
import { type Column, Table } from "@/ui/Table"
import type { Figures } from "./queries"

type Write = (value: Decimal) => string

interface Row {
  key: keyof Figures
  name: string
  write: Write
  change: Write
}

const share: Write = (value) => fraction(value, 2)
const shareChange: Write = (value) => signedFraction(value, 2)
const ratio: Write = (value) => plain(value, 2)

const rows: readonly Row[] = [
  {
    key: "final_equity",
    name: "Equity at the end",
    write: (value) => money(value),
    change: (value) => signedMoney(value),
  },
  { key: "annual_return", name: "Return a year", write: share, change: shareChange },
  { key: "sharpe", name: "Sharpe", write: ratio, change: ratio },
  { key: "volatility", name: "Volatility a year", write: share, change: shareChange },
  { key: "max_drawdown", name: "Deepest drawdown", write: share, change: shareChange },
  { key: "cvar", name: "CVaR a day", write: share, change: shareChange },
  { key: "worst_day", name: "Worst day", write: share, change: shareChange },
  { key: "mean_leverage", name: "Mean leverage", write: ratio, change: ratio },
  { key: "max_margin", name: "Most margin", write: share, change: shareChange },
  { key: "turnover", name: "Turnover a year, in equities", write: ratio, change: ratio },
  { key: "costs", name: "Costs", write: (value) => money(value), change: (value) => signedMoney(value) },
  { key: "decided", name: "Signals decided", write: count, change: count },
  { key: "refused", name: "Of these refused", write: count, change: count },
]

/** Before and after side by side, and the difference as the desk reckoned it. */
export function Compared({ result }: { result: Schemas["SimulationResult"] }) {
  const { before, after } = result
  const columns: Column<Row>[] = [
    { key: "name", title: "Figure", cell: (row) => row.name },
    ...(before
      ? [
          {
            key: "before",
            title: "As it is",
            cell: (row: Row) => row.write(before.figures[row.key] as Decimal),
            numeric: true,
          },
        ]
      : []),
    {
      key: "after",
      title: "As asked",
      cell: (row) => (
        <strong className="font-semibold">{row.write(after.figures[row.key] as Decimal)}</strong>
      ),
      numeric: true,
    },
    ...(before
      ? [
          {
            key: "change",
            title: "Difference",
            cell: (row: Row) => row.change(result.difference?.[row.key]),
            numeric: true,
          },
        ]
      : []),
  ]
  return (
    <Panel title="Before and after" flush>
      <Table name="Before and after" columns={columns} rows={rows} rowKey={(row) => row.key} />
    </Panel>
  )
}
