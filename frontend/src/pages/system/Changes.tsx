import { useQuery } from "@tanstack/react-query"
import type { Schemas } from "@/api/client"
import { dateTime } from "@/format/time"
import { words } from "@/format/words"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Zone } from "@/ui/Zone"
import { changesQuery, named } from "./queries"

type Change = Schemas["ControlChange"]

const columns: Column<Change>[] = [
  {
    key: "at",
    title: (
      <>
        When, <Zone />
      </>
    ),
    cell: (one) => dateTime(one.at),
  },
  { key: "by", title: "Who", cell: (one) => one.by, from: "sm" },
  { key: "act", title: "Act", cell: (one) => words(one.act) },
  { key: "scope", title: "Of", cell: (one) => named(one.scope) },
  {
    key: "reason",
    title: "Why",
    cell: (one) => <span className="block max-w-md truncate text-ink-2">{one.reason}</span>,
    from: "lg",
  },
]

/** Who changed which control, the newest first. */
export function Changes() {
  const { data, error, refetch } = useQuery(changesQuery)
  return (
    <Panel title="Changes of the controls" flush>
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="The changes" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty title="Nothing was changed yet">Every firing, re-arming and limit is written down here.</Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          name="Changes of the controls"
          columns={columns}
          rows={data.items}
          rowKey={(one) => one.change_id}
          className="max-h-96 overflow-y-auto"
        />
      )}
    </Panel>
  )
}
