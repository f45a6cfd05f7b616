import type { UseQueryResult } from "@tanstack/react-query"
import { Users } from "lucide-react"
import type { Schemas } from "@/api/client"
import { percent, plain } from "@/format/number"
import type { Mode } from "@/shell/mode"
import type { DataColumn } from "@/ui/DataTable"
import { Amount, SignedShare } from "@/ui/figures"
import { Listed } from "@/ui/Listed"
import { Panel } from "@/ui/Panel"
import type { FundView } from "./queries"
import { type ClientRow, rowsOf } from "./rows"

interface HoldersProps {
  clients: UseQueryResult<Schemas["Clients"]>
  fund: FundView | undefined
  mode: Mode
  openId: string | undefined
  onOpen: (client: string) => void
}

/** Whose the fund is; a row opens the client's ledger. */
export function Holders({ clients, fund, mode, openId, onOpen }: HoldersProps) {
  const rows = rowsOf(clients.data?.items ?? [], fund, mode)
  return (
    <Panel title="Clients" note="Their capitals add up to the net asset value; a row opens the ledger" flush>
      <Listed
        query={clients}
        what="The clients"
        rows={5}
        empty={{
          icon: Users,
          title: `Nobody is in the ${mode} fund`,
          hint: "Add a client, then record the first deposit. What the accounts held before belongs to the house.",
        }}
        name="Every client"
        columns={columnsIn(fund?.currency ?? "USD")}
        items={rows}
        idOf={(row) => row.client_id}
        openId={openId}
        onOpen={(row) => onOpen(row.client_id)}
      />
    </Panel>
  )
}

function columnsIn(currency: string): DataColumn<ClientRow>[] {
  return [
    {
      key: "client",
      title: "Client",
      cell: (row) => (
        <span className="block max-w-40 truncate sm:max-w-64">
          <span className="font-medium">{row.display_name}</span>{" "}
          <span className="hidden text-ink-3 sm:inline">{row.client_id}</span>
        </span>
      ),
    },
    {
      key: "units",
      title: "Units",
      cell: (row) => plain(row.holder?.units, 4),
      numeric: true,
      className: "hidden 2xl:table-cell",
    },
    {
      key: "share",
      title: "Share",
      cell: (row) => percent(row.holder?.share),
      numeric: true,
      from: "sm",
    },
    {
      key: "return",
      title: "Return",
      cell: (row) => <SignedShare value={row.holder?.total} />,
      numeric: true,
    },
    {
      key: "capital",
      title: `Capital, ${currency}`,
      cell: (row) => <Amount value={row.holder?.capital} currency={currency} digits={2} />,
      numeric: true,
    },
  ]
}
