import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Failure } from "@/api/failure"
import { Capital } from "@/client/Capital"
import { Roi } from "@/client/Roi"
import type { Mode } from "@/shell/mode"
import { ModeBadge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Equity } from "@/ui/chart/Equity"
import { Drawer } from "@/ui/Drawer"
import { Trouble } from "@/ui/states"
import { Ledger } from "./Ledger"
import { clientQuery, clientsQuery, type FundView } from "./queries"
import { RecordFlow } from "./RecordFlow"

interface DrawerProps {
  client: string | undefined
  mode: Mode
  fund: FundView | undefined
  onClose: () => void
}

/** One client beside the list: what they see, and every entry of theirs in the ledger. */
export function ClientDrawer({ client, mode, fund, onClose }: DrawerProps) {
  const [recording, setRecording] = useState(false)
  const { data } = useQuery(clientsQuery)
  const named = data?.items.find((one) => one.client_id === client)?.display_name ?? client
  return (
    <Drawer
      open={client !== undefined}
      onClose={onClose}
      title={named}
      actions={
        <>
          <ModeBadge mode={mode} />
          <Button size="small" onClick={() => setRecording(true)}>
            Record flow…
          </Button>
        </>
      }
    >
      {client && <Loaded client={client} mode={mode} />}
      {client && recording && (
        <RecordFlow client={client} mode={mode} fund={fund} onClose={() => setRecording(false)} />
      )}
    </Drawer>
  )
}

function Loaded({ client, mode }: { client: string; mode: Mode }) {
  const { data, error, refetch } = useQuery(clientQuery(client, mode))
  const nothing = error instanceof Failure && error.status === 404
  return (
    <div className="flex flex-col gap-3.5">
      {error && !nothing && <Trouble what="The client" failure={error} retry={() => void refetch()} />}
      {(data || !error) && <Capital view={data} />}
      <Ledger client={client} mode={mode} />
      {data && (
        <>
          <Equity
            title="Capital and drawdown"
            name="Capital"
            curves={[data.curve]}
            currency={data.currency}
            whenEmpty="The line begins at the first midnight, UTC, after the first deposit."
          />
          <Roi view={data} />
        </>
      )}
    </div>
  )
}
