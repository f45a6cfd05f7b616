import { Landmark } from "lucide-react"
import type { Overview } from "@/api/overview"
import { dayOrTime } from "@/format/time"
import { useNow } from "@/live/clock"
import { Amount, SignedAmount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Zone } from "@/ui/Zone"

type Account = Overview["accounts"][number]

export function Accounts({ overview }: { overview: Overview | undefined }) {
  const now = useNow()
  const columns: Column<Account>[] = [
    { key: "account", title: "Account", cell: (one) => <span className="font-medium">{one.account}</span> },
    {
      key: "equity",
      title: "Equity",
      cell: (one) => <Amount value={one.equity} currency={one.base_currency} />,
      numeric: true,
    },
    {
      key: "pnl",
      title: "Unrealized P&L",
      cell: (one) => <SignedAmount value={one.unrealized_pnl} currency={one.base_currency} />,
      numeric: true,
    },
    {
      key: "initial",
      title: "Initial margin",
      cell: (one) => <Amount value={one.initial_margin} currency={one.base_currency} />,
      numeric: true,
      from: "md",
    },
    {
      key: "maintenance",
      title: "Maintenance",
      cell: (one) => <Amount value={one.margin_used} currency={one.base_currency} />,
      numeric: true,
      from: "lg",
    },
    {
      key: "asof",
      title: (
        <>
          Reported, <Zone />
        </>
      ),
      cell: (one) => dayOrTime(one.as_of, now),
      numeric: true,
      from: "sm",
    },
  ]
  return (
    <Panel title="Accounts" note="Each in its own base currency" flush>
      {!overview && <SkeletonRows rows={2} />}
      {overview && overview.accounts.length === 0 && (
        <Empty icon={Landmark} title={`No ${overview.mode} account has reported`}>
          An account shows here once its broker has told its first balance.
        </Empty>
      )}
      {overview && overview.accounts.length > 0 && (
        <Table name="Accounts" columns={columns} rows={overview.accounts} rowKey={(one) => one.account} />
      )}
    </Panel>
  )
}
