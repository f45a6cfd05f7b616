import { useQuery } from "@tanstack/react-query"
import { BookOpen } from "lucide-react"
import { useState } from "react"
import { plain } from "@/format/number"
import { day, homeZone, minuteTime, zoneName } from "@/format/time"
import { words } from "@/format/words"
import type { Mode } from "@/shell/mode"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Amount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { recordArrival } from "./acts"
import { type Flow, flowsQuery } from "./queries"
import { inTransit } from "./rows"

/** The client's entries, never changed; each flow with the price it was struck at. */
export function Ledger({ client, mode }: { client: string; mode: Mode }) {
  const { data, error, refetch } = useQuery(flowsQuery(client))
  const [arriving, setArriving] = useState<Flow | null>(null)
  const flows = data?.items.filter((flow) => flow.mode === mode) ?? []
  return (
    <Panel title="Ledger" note={`Never changed, the newest first; ${zoneName()}`} flush>
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The ledger" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={4} />}
      {data && flows.length === 0 && (
        <Empty icon={BookOpen} title="No entry yet">
          Record a deposit: units are bought at the price struck at that moment.
        </Empty>
      )}
      {flows.length > 0 && (
        <Table
          name="Entries"
          columns={columnsOf(inTransit(flows), setArriving)}
          rows={flows}
          rowKey={(flow) => flow.flow_id}
        />
      )}
      {arriving && <Arrival flow={arriving} onClose={() => setArriving(null)} />}
    </Panel>
  )
}

function Arrival({ flow, onClose }: { flow: Flow; onClose: () => void }) {
  const amount = <Amount value={flow.amount} currency={flow.currency} digits={2} />
  return (
    <Confirm
      title="Has the cash arrived?"
      about={
        flow.kind === "DEPOSIT" ? (
          <>{amount} has reached the broker: it counts as equity from now on, no longer as in transit.</>
        ) : (
          <>{amount} has left the broker: it is no longer in transit.</>
        )
      }
      submit="Record"
      done="Recorded: the cash is no longer in transit"
      act={() => recordArrival(flow.client_id, flow.flow_id)}
      onClose={onClose}
    />
  )
}

function When({ flow }: { flow: Flow }) {
  return (
    <span className="max-sm:block max-sm:py-1">
      {day(flow.at, homeZone())}
      <span className="hidden sm:inline"> {minuteTime(flow.at)}</span>
      <span className="block text-xs text-ink-3 sm:hidden">{words(flow.kind)}</span>
    </span>
  )
}

function columnsOf(awaited: Set<string>, arrive: (flow: Flow) => void): Column<Flow>[] {
  return [
    {
      key: "seq",
      title: "No.",
      cell: (flow) => flow.seq,
      numeric: true,
      from: "sm",
      className: "text-ink-3",
    },
    { key: "at", title: "At", cell: (flow) => <When flow={flow} /> },
    {
      key: "kind",
      title: "Kind",
      cell: (flow) => <span title={flow.note}>{words(flow.kind)}</span>,
      from: "sm",
    },
    {
      key: "amount",
      title: "Amount",
      cell: (flow) => <Amount value={flow.amount} currency={flow.currency} digits={2} />,
      numeric: true,
    },
    { key: "units", title: "Units", cell: (flow) => plain(flow.units, 4), numeric: true, from: "sm" },
    {
      key: "price",
      title: "Price",
      cell: (flow) => plain(flow.strike?.unit_price, 4),
      numeric: true,
      from: "sm",
    },
    { key: "by", title: "By", cell: (flow) => flow.by, from: "md", className: "text-ink-2" },
    {
      key: "arrived",
      title: <span className="sr-only">Cash</span>,
      cell: (flow) =>
        awaited.has(flow.flow_id) && (
          <Button size="small" onClick={() => arrive(flow)}>
            Arrived…
          </Button>
        ),
    },
  ]
}
