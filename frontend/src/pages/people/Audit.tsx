import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { ScrollText } from "lucide-react"
import { useMemo } from "react"
import { dateTime, dayOrTime } from "@/format/time"
import { words } from "@/format/words"
import { useNow } from "@/live/clock"
import { Badge, type Tone } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { Zone } from "@/ui/Zone"
import { AuditDrawer } from "./AuditDrawer"
import { type AuditLine, auditQuery } from "./queries"

const route = getRouteApi("/shell/users")
const tones: Record<AuditLine["outcome"], Tone> = {
  asked: "neutral",
  done: "gain",
  refused: "warn",
  failed: "loss",
}

export function Outcome({ outcome }: { outcome: AuditLine["outcome"] }) {
  return <Badge tone={tones[outcome]}>{words(outcome)}</Badge>
}

const columns: DataColumn<AuditLine>[] = [
  {
    key: "at",
    csv: (one) => one.at,
    title: (
      <>
        At, <Zone />
      </>
    ),
    cell: (one) => <When at={one.at} />,
    className: "text-ink-2",
  },
  {
    key: "actor",
    csv: (one) => one.actor,
    title: "Who",
    cell: (one) => <span className="block max-w-28 truncate sm:max-w-56">{one.actor}</span>,
  },
  {
    key: "action",
    csv: (one) => one.action,
    title: "What",
    cell: (one) => <span className="font-medium">{one.action}</span>,
  },
  {
    key: "subject",
    csv: (one) => one.subject,
    title: "To what",
    cell: (one) => <span className="block max-w-72 truncate">{one.subject}</span>,
    from: "md",
    className: "text-ink-2",
  },
  {
    key: "address",
    csv: (one) => one.address,
    title: "From",
    cell: (one) => one.address,
    from: "lg",
    className: "text-ink-2",
  },
  {
    key: "outcome",
    csv: (one) => one.outcome,
    title: "Outcome",
    cell: (one) => <Outcome outcome={one.outcome} />,
    from: "sm",
  },
]

function When({ at }: { at: string }) {
  const now = useNow()
  return (
    <>
      <span className="hidden sm:inline">{dateTime(at)}</span>
      <span className="sm:hidden">{dayOrTime(at, now)}</span>
    </>
  )
}

/** Who did what to what, the newest first; a row opens its states before and after. */
export function Audit() {
  const { actor, action, since, entry } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(auditQuery({ actor, action, since }))
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const open = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, entry: next }), resetScroll: false })
  return (
    <>
      <Listed
        query={query}
        what="The trail"
        empty={{
          icon: ScrollText,
          title: "Nothing here",
          hint: "Every act of a person is written down before it is done. Loosen the filters.",
        }}
        name="Audit trail"
        columns={columns}
        items={items}
        idOf={(one) => one.entry_id}
        openId={entry}
        onOpen={(one) => open(one.entry_id)}
        csv
      />
      <AuditDrawer
        entry={items.find((one) => one.entry_id === entry)}
        open={entry !== undefined}
        onClose={() => open(undefined)}
      />
    </>
  )
}
