import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Radio } from "lucide-react"
import { useMemo } from "react"
import { price, quantity } from "@/format/number"
import { dayOrTime, stamped } from "@/format/time"
import { words } from "@/format/words"
import { useNow } from "@/live/clock"
import { useEvery } from "@/live/query"
import { ReceiptDrawer } from "@/receipt/ReceiptDrawer"
import { useMode } from "@/shell/mode"
import { Badge } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { SignedAmount } from "@/ui/figures"
import { Listed } from "@/ui/Listed"
import { Panel } from "@/ui/Panel"
import { toneOf } from "@/ui/standing"
import { Zone } from "@/ui/Zone"
import { type SignalRow, signalsQuery } from "./queries"

const route = getRouteApi("/shell/")

const columns: DataColumn<SignalRow>[] = [
  {
    key: "received",
    title: (
      <>
        Received, <Zone />
      </>
    ),
    cell: (one) => <Received at={one.received_at} />,
    from: "sm",
    className: "text-ink-2",
  },
  {
    key: "instrument",
    title: "Symbol",
    cell: (one) => (
      <span className="block max-w-34 truncate sm:max-w-48">
        <span className="font-medium">{one.instrument}</span>{" "}
        <span className="text-ink-3">
          {one.action}
          {one.legs > 1 && `, ${one.legs} legs`}
        </span>
      </span>
    ),
  },
  {
    key: "strategy",
    title: "Strategy",
    cell: (one) => <span className="block max-w-32 truncate">{one.strategy_id}</span>,
    from: "lg",
    className: "text-ink-2",
  },
  {
    key: "filled",
    title: "Filled",
    cell: (one) => quantity(one.filled),
    numeric: true,
    className: "hidden 2xl:table-cell",
  },
  { key: "theirs", title: "Your price", cell: (one) => price(one.their_price), numeric: true, from: "md" },
  { key: "ours", title: "Our fill", cell: (one) => price(one.our_price), numeric: true, from: "sm" },
  { key: "profit", title: "Profit", cell: (one) => <Profit row={one} />, numeric: true },
  {
    key: "status",
    title: "Status",
    cell: (one) => (
      <span className="flex items-center gap-1.5">
        <Badge tone={toneOf(one.status)}>{words(one.status)}</Badge>
        {one.open && <span className="hidden text-xs text-ink-3 2xl:inline">still held</span>}
        {one.reason && (
          <span className="hidden max-w-56 truncate text-ink-2 2xl:inline" title={words(one.reason)}>
            {words(one.reason)}
          </span>
        )}
      </span>
    ),
  },
]

function Received({ at }: { at: string }) {
  return <span title={`${stamped(at)}`}>{dayOrTime(at, useNow())}</span>
}

function Profit({ row }: { row: SignalRow }) {
  if (!row.profit_currency || row.status !== "executed") return <span className="text-ink-3">–</span>
  return <SignedAmount value={row.profit} currency={row.profit_currency} digits={2} />
}

/** Every signal that was sent, the newest first; each row leads to its receipt. */
export function Signals() {
  const [mode] = useMode()
  const { signal } = route.useSearch()
  const navigate = route.useNavigate()
  const every = useEvery(5)
  const query = useInfiniteQuery({
    ...signalsQuery(mode),
    refetchInterval: (asked) => ((asked.state.data?.pages.length ?? 1) > 4 ? false : every),
  })
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const open = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, signal: next }), resetScroll: false })
  return (
    <Panel title="Signals" note="Your price beside our fill; a row opens its receipt" flush>
      <Listed
        query={query}
        what="The signals"
        empty={{
          icon: Radio,
          title: `No ${mode} signal yet`,
          hint: "Signals show as the desk receives them, each with what became of it. Look at the other mode if yours trade there.",
        }}
        name="Signals"
        columns={columns}
        items={items}
        idOf={(one) => one.signal_id}
        openId={signal}
        onOpen={(one) => open(one.signal_id)}
      />
      <ReceiptDrawer signal={signal} onClose={() => open(undefined)} />
    </Panel>
  )
}
