import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { UserPlus } from "lucide-react"
import { useState } from "react"
import { queries } from "@/api/queries"
import { Roi } from "@/client/Roi"
import { useEvery } from "@/live/query"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Button } from "@/ui/Button"
import { Equity } from "@/ui/chart/Equity"
import { Trouble } from "@/ui/states"
import { AddClient } from "./AddClient"
import { ClientDrawer } from "./ClientDrawer"
import { Fund } from "./Fund"
import { Holders } from "./Holders"
import { clientsQuery, fundQuery } from "./queries"

const route = getRouteApi("/shell/clients")

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(fundQuery(mode)),
  queries.prefetchQuery(clientsQuery),
]

/** The fund of one mode: what it is worth, whose it is, and every deposit and withdrawal. */
export function Clients() {
  const [mode] = useMode()
  const { client } = route.useSearch()
  const navigate = route.useNavigate()
  const every = useEvery(15)
  const fund = useQuery({ ...fundQuery(mode), refetchInterval: every })
  const clients = useQuery({ ...clientsQuery, refetchInterval: every })
  const [adding, setAdding] = useState(false)
  const open = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, client: next }), resetScroll: false })
  return (
    <Page
      title="Clients"
      modes
      scope={`The ${mode} fund`}
      document={fund.data}
      actions={
        <Button size="small" onClick={() => setAdding(true)}>
          <UserPlus aria-hidden className="size-3.5" />
          Add client…
        </Button>
      }
    >
      {fund.error && <Trouble what="The fund" failure={fund.error} retry={() => void fund.refetch()} />}
      {(fund.data || !fund.error) && <Fund fund={fund.data} />}
      <div className="grid gap-3.5 xl:grid-cols-2">
        <Holders clients={clients} fund={fund.data} mode={mode} openId={client} onOpen={open} />
        <Equity
          title="Net asset value and drawdown"
          name="NAV"
          curves={fund.data && [fund.data.curve]}
          currency={fund.data?.currency ?? "USD"}
          failure={fund.error}
          whenEmpty={`The line begins at the first midnight, UTC, after the first flow of the ${mode} fund.`}
        />
      </div>
      {(fund.data || !fund.error) && <Roi view={fund.data} />}
      <ClientDrawer client={client} mode={mode} fund={fund.data} onClose={() => open(undefined)} />
      {adding && <AddClient mode={mode} onClose={() => setAdding(false)} />}
    </Page>
  )
}
