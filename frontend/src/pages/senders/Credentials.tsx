import { useQuery } from "@tanstack/react-query"
import { KeyRound } from "lucide-react"
import { useState } from "react"
import { words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { LetSend } from "./LetSend"
import { type Access, accessesQuery, type Issued } from "./queries"
import { Revoke, Rotate, Stop } from "./SecretActs"
import { Secrets } from "./Secrets"

type Deed = "rotate" | "revoke" | "stop"

/** Who may send signals, for which strategies and with what kinds of secret; the secrets themselves are not here. */
export function Credentials() {
  const { data, error, refetch } = useQuery(accessesQuery)
  const [adding, setAdding] = useState(false)
  const [doing, setDoing] = useState<{ deed: Deed; access: Access } | null>(null)
  const [issued, setIssued] = useState<Issued | null>(null)
  const done = () => setDoing(null)
  return (
    <Panel
      title="Credentials"
      note="Who may send, and how they prove it"
      actions={
        <Button size="small" onClick={() => setAdding(true)}>
          <KeyRound aria-hidden className="size-3.5" />
          New sender…
        </Button>
      }
      flush
    >
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The credentials" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty icon={KeyRound} title="Nobody may send">
          Whoever is let send gets secrets, shown once, to be handed over on a way you trust.
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          name="Credentials"
          columns={columnsOf((deed, access) => setDoing({ deed, access }))}
          rows={data.items}
          rowKey={(one) => one.name}
        />
      )}
      {adding && <LetSend onIssued={setIssued} onClose={() => setAdding(false)} />}
      {doing?.deed === "rotate" && <Rotate access={doing.access} onIssued={setIssued} onClose={done} />}
      {doing?.deed === "revoke" && <Revoke access={doing.access} onClose={done} />}
      {doing?.deed === "stop" && <Stop access={doing.access} onClose={done} />}
      {issued && <Secrets issued={issued} onClose={() => setIssued(null)} />}
    </Panel>
  )
}

function columnsOf(begin: (deed: Deed, access: Access) => void): Column<Access>[] {
  return [
    { key: "name", title: "Sender", cell: (one) => <span className="font-medium">{one.name}</span> },
    {
      key: "strategies",
      title: "Strategies",
      cell: (one) => (
        <span className="block max-w-80 truncate" title={one.strategies.join(", ")}>
          {one.strategies.join(", ")}
        </span>
      ),
      from: "lg",
    },
    { key: "kinds", title: "Secrets", cell: (one) => one.kinds.map(words).join(", ") || "None", from: "md" },
    {
      key: "active",
      title: "Status",
      cell: (one) => (one.active ? <Badge tone="gain">May send</Badge> : <Badge tone="warn">Stopped</Badge>),
    },
    {
      key: "acts",
      title: <span className="sr-only">What can be done</span>,
      cell: (one) => (
        <span className="inline-flex flex-wrap justify-end gap-1 py-1">
          <Button
            size="small"
            aria-label={`Rotate the secrets of ${one.name}`}
            onClick={() => begin("rotate", one)}
          >
            Rotate…
          </Button>
          <Button
            size="small"
            aria-label={`Revoke the secrets of ${one.name}`}
            disabled={one.kinds.length === 0}
            onClick={() => begin("revoke", one)}
          >
            Revoke…
          </Button>
          <Button
            size="small"
            aria-label={one.active ? `Stop ${one.name}` : `Let ${one.name} send again`}
            onClick={() => begin("stop", one)}
          >
            {one.active ? "Stop…" : "Let send…"}
          </Button>
        </span>
      ),
      numeric: true,
      className: "whitespace-normal",
    },
  ]
}
