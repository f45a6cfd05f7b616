import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { dateTime, zoneName } from "@/format/time"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Panel } from "@/ui/Panel"
import { SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { endOtherSessions, endSession } from "./acts"
import { type OpenSession, sessionsQuery } from "./queries"

/** Where I am signed in myself. */
export function Sessions() {
  const { data, error, refetch } = useQuery(sessionsQuery)
  const [ending, setEnding] = useState<OpenSession | "others" | null>(null)
  const others = data?.items.filter((one) => !one.current) ?? []
  return (
    <Panel
      title="Sessions"
      note={zoneName()}
      actions={
        others.length > 0 && (
          <Button size="small" onClick={() => setEnding("others")}>
            End all others…
          </Button>
        )
      }
      flush
    >
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="Your sessions" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={2} />}
      {data && (
        <Table
          name="Sessions"
          columns={columnsOf(setEnding)}
          rows={data.items}
          rowKey={(one) => one.session_id}
        />
      )}
      {ending && <End ending={ending} onClose={() => setEnding(null)} />}
    </Panel>
  )
}

function End({ ending, onClose }: { ending: OpenSession | "others"; onClose: () => void }) {
  const all = ending === "others"
  return (
    <Confirm
      title={all ? "End all other sessions?" : "End this session?"}
      about={all ? "Every other browser is signed out at once." : `${ending.browser} at ${ending.address}`}
      submit="End"
      done="Ended"
      act={() => (all ? endOtherSessions() : endSession(ending.session_id))}
      onClose={onClose}
    />
  )
}

function columnsOf(end: (session: OpenSession) => void): Column<OpenSession>[] {
  return [
    {
      key: "browser",
      title: "Browser",
      cell: (one) => (
        <span className="block max-w-40 truncate sm:max-w-md" title={one.browser}>
          {one.browser || "Unknown"}
        </span>
      ),
    },
    { key: "address", title: "Address", cell: (one) => one.address, from: "sm" },
    { key: "opened", title: "Opened", cell: (one) => dateTime(one.opened_at), from: "lg" },
    { key: "seen", title: "Last used", cell: (one) => dateTime(one.seen_at), from: "sm" },
    {
      key: "end",
      title: <span className="sr-only">End</span>,
      cell: (one) =>
        one.current ? (
          <Badge tone="gain">This one</Badge>
        ) : (
          <Button size="small" onClick={() => end(one)}>
            End…
          </Button>
        ),
      numeric: true,
    },
  ]
}
