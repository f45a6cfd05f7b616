import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { ReceiptText } from "lucide-react"
import { queries } from "@/api/queries"
import { useEvery } from "@/live/query"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { type DataColumn, DataTable } from "@/ui/DataTable"
import { Amount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { homeQuery, type SenderView, type StatementLine } from "./queries"
import { Earnings } from "./Standing"
import { StatementDrawer } from "./StatementDrawer"
import { dueColumn, feeColumn, monthColumn, namesOf, netColumn, statusColumn } from "./statementColumns"

const route = getRouteApi("/shell/statements")

/** What the page asks at once. */
export const first = (mode: Mode) => [queries.prefetchQuery(homeQuery(mode))]

/** Every month's statement: the running one estimated, closed ones final, then paid. */
export function Statements() {
  const [mode] = useMode()
  const { month } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery({ ...homeQuery(mode), refetchInterval: useEvery(10) })
  const open = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, month: next }), resetScroll: false })
  return (
    <Page title="Statements" modes scope={data && `Signals of ${data.sender}`} document={data}>
      {error && !data && <Trouble what="The statements" failure={error} retry={() => void refetch()} />}
      {(data || !error) && <Earnings view={data} />}
      {(data || !error) && (
        <Panel title="Months" note="A closed month opens with how it was reckoned" flush>
          {!data && <SkeletonRows rows={8} />}
          {data && <Months view={data} month={month} open={open} />}
        </Panel>
      )}
      <StatementDrawer view={data} month={month} onClose={() => open(undefined)} />
    </Page>
  )
}

interface MonthsProps {
  view: SenderView
  month: string | undefined
  open: (month: string | undefined) => void
}

function Months({ view, month, open }: MonthsProps) {
  if (view.statements.length === 0) {
    return (
      <Empty icon={ReceiptText} title={`No ${view.mode} statement yet`}>
        With an agreement, the running month is estimated here and becomes final when it has ended.
      </Empty>
    )
  }
  const several = view.agreements.length > 1
  return (
    <DataTable
      name="Statements"
      columns={several ? [agreementColumn(view), ...columns] : columns}
      items={view.statements}
      idOf={keyOf}
      openId={view.statements.filter((one) => one.month === month).map(keyOf)[0]}
      onOpen={(one) => open(one.status === "estimated" ? undefined : one.month)}
    />
  )
}

const keyOf = (one: StatementLine) => `${one.agreement_id} ${one.month}`

const columns: DataColumn<StatementLine>[] = [
  monthColumn,
  statusColumn,
  netColumn,
  {
    key: "mark",
    title: "High-water mark",
    cell: (one) => <Amount value={one.mark} currency={one.currency} digits={2} />,
    numeric: true,
    from: "lg",
  },
  feeColumn,
  {
    key: "paid",
    title: "Paid",
    cell: (one) => <Amount value={one.paid} currency={one.currency} digits={2} />,
    numeric: true,
    from: "md",
  },
  dueColumn,
  { key: "due_on", title: "Due on", cell: (one) => one.due_on, numeric: true, from: "md" },
]

function agreementColumn(view: SenderView): DataColumn<StatementLine> {
  const names = namesOf(view)
  return {
    key: "agreement",
    title: "Agreement",
    cell: (one) => (
      <span className="block max-w-64 truncate text-ink-2">
        {names.get(one.agreement_id) ?? one.agreement_id}
      </span>
    ),
    from: "xl",
  }
}
