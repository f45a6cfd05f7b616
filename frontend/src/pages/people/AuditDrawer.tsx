import { dateTime, zoneName } from "@/format/time"
import { Drawer } from "@/ui/Drawer"
import { Line, Lines } from "@/ui/Lines"
import { Panel } from "@/ui/Panel"
import { Empty } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { Outcome } from "./Audit"
import { type Difference, differencesOf } from "./differences"
import type { AuditLine } from "./queries"

const said = (value: string | null, look: string) =>
  value === null ? (
    <span className="text-ink-3">–</span>
  ) : (
    <span className={`rounded-[3px] px-1 break-all whitespace-normal ${look}`}>{value}</span>
  )

const columns: Column<Difference>[] = [
  {
    key: "field",
    title: "Field",
    cell: (one) => <span className="break-all whitespace-normal text-ink-2">{one.field}</span>,
  },
  { key: "before", title: "Before", cell: (one) => said(one.before, "bg-loss-soft") },
  { key: "after", title: "After", cell: (one) => said(one.after, "bg-gain-soft") },
]

interface DrawerProps {
  entry: AuditLine | undefined
  open: boolean
  onClose: () => void
}

/** One entry of the trail: who, from where, and every field it changed. */
export function AuditDrawer({ entry, open, onClose }: DrawerProps) {
  return (
    <Drawer open={open} onClose={onClose} title={entry?.action ?? "Entry"}>
      {!entry && (
        <Empty title="The entry is not in the list">Loosen the filters, or load older entries.</Empty>
      )}
      {entry && <Entry entry={entry} />}
    </Drawer>
  )
}

function Entry({ entry }: { entry: AuditLine }) {
  const changes = differencesOf(entry.before, entry.after)
  return (
    <div className="flex flex-col gap-3.5">
      <Panel title="Act">
        <Lines>
          <Line name="Outcome">
            <Outcome outcome={entry.outcome} /> {entry.status}
          </Line>
          <Line name="Who">
            {entry.actor}, {entry.role}
          </Line>
          <Line name="To what">
            <span className="break-all">{entry.subject}</span>
          </Line>
          <Line name={`At, ${zoneName()}`}>{dateTime(entry.at)}</Line>
          <Line name="From">{entry.address || "–"}</Line>
        </Lines>
      </Panel>
      <Panel title="What it changed" flush>
        {changes.length === 0 && (
          <Empty title="No state changed">The act holds no state, or it was refused.</Empty>
        )}
        {changes.length > 0 && (
          <Table name="Fields" columns={columns} rows={changes} rowKey={(one) => one.field} />
        )}
      </Panel>
    </div>
  )
}
