import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query"
import { Inbox } from "lucide-react"
import { useMemo } from "react"
import { answered, api, type Schemas } from "@/api/client"
import { price } from "@/format/number"
import { words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { toneOf } from "@/ui/standing"
import { Ticker } from "@/ui/Ticker"
import { strategyColumn, whenColumn } from "./columns"
import { says, useListing } from "./search"

type Signal = Schemas["SignalLine"]
const PAGE = 50

const columns: DataColumn<Signal>[] = [
  whenColumn("received", "Received", (one) => one.received_at),
  strategyColumn,
  {
    key: "instrument",
    title: "Symbol",
    cell: (one) => <Ticker name={one.instrument} />,
    sortBy: (one) => one.instrument,
  },
  {
    key: "action",
    csv: (one) => one.action,
    title: "Action",
    cell: (one) => (one.legs > 1 ? `${one.action}, ${one.legs} legs` : one.action),
  },
  {
    key: "price",
    title: "Price",
    csv: (one) => one.price,
    cell: (one) => (one.price ? price(one.price) : "Market"),
    numeric: true,
  },
  {
    key: "sender",
    csv: (one) => one.sender,
    title: "Sender",
    cell: (one) => one.sender,
    from: "lg",
    className: "text-ink-2",
  },
  {
    key: "status",
    title: "Status",
    cell: (one) => <Badge tone={toneOf(one.status)}>{words(one.status)}</Badge>,
    sortBy: (one) => one.status,
  },
  {
    key: "reason",
    csv: (one) => one.reason,
    title: "Reason",
    cell: (one) => (
      <span className="block max-w-80 truncate text-ink-2">{one.reason ? words(one.reason) : ""}</span>
    ),
    from: "xl",
  },
]

export const signalsQuery = (strategy: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["signals", strategy ?? ""],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/signals", {
          params: { query: { limit: PAGE, strategy_id: strategy ?? null, before: pageParam ?? null } },
        }),
      ),
    getNextPageParam: ({ items }) => (items.length === PAGE ? items.at(-1)?.received_at : undefined),
  })

export function Signals() {
  const { strategy, status, text, sort, mode, signal, change, open } = useListing()
  const every = useEvery(3)
  const query = useInfiniteQuery({
    ...signalsQuery(strategy),
    refetchInterval: (asked) => ((asked.state.data?.pages.length ?? 1) > 4 ? false : every),
  })
  const items = useMemo(
    () =>
      query.data?.pages
        .flatMap((page) => page.items)
        .filter((one) => one.mode === null || one.mode === undefined || one.mode === mode)
        .filter((one) => !status || one.status === status)
        .filter((one) =>
          says(text, one.instrument, one.strategy_id, one.external_id, one.sender, one.reason),
        ) ?? [],
    [query.data, mode, status, text],
  )
  return (
    <Listed
      query={query}
      what="The signals"
      empty={{
        icon: Inbox,
        title: `No ${mode} signal here`,
        hint: "Signals appear as their senders post them. Look at the other mode, or loosen the filters.",
      }}
      name="Signals"
      columns={columns}
      items={items}
      idOf={(one) => one.signal_id}
      openId={signal}
      onOpen={(one) => open(one.signal_id)}
      sort={sort}
      onSort={(next) => change({ sort: next })}
      csv
    />
  )
}
