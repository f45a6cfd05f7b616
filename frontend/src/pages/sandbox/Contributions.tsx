import type { Schemas } from "@/api/client"
import { count, fraction } from "@/format/number"
import { Badge } from "@/ui/Badge"
import { SignedAmount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { type Column, Table } from "@/ui/Table"

type Part = Schemas["SimulatedContribution"]

const columns: Column<Part>[] = [
  {
    key: "strategy",
    title: "Strategy",
    cell: (part) => (
      <span className="flex items-center gap-2">
        {part.strategy_id}
        {part.hypothetical && <Badge tone="warn">Hypothetical</Badge>}
      </span>
    ),
  },
  { key: "gain", title: "Gain", cell: (part) => <SignedAmount value={part.gain} />, numeric: true },
  { key: "share", title: "Of the whole", cell: (part) => fraction(part.share, 1), numeric: true, from: "sm" },
  {
    key: "weight",
    title: "Mean share of equity",
    cell: (part) => fraction(part.mean_weight, 1),
    numeric: true,
    from: "md",
  },
  { key: "held", title: "Days held", cell: (part) => count(part.days_held), numeric: true, from: "lg" },
  {
    key: "refused",
    title: "Refused",
    cell: (part) => `${count(part.refused)} of ${count(part.decided)}`,
    numeric: true,
    from: "md",
  },
]

/** What each strategy brought to the desk as asked. */
export function Contributions({ result }: { result: Schemas["SimulationResult"] }) {
  return (
    <Panel title="What each strategy brought" note="As asked, costs included" flush>
      <Table
        name="Contributions"
        columns={columns}
        rows={result.after.contributions}
        rowKey={(part) => part.strategy_id}
      />
    </Panel>
  )
}
