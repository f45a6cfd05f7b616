import { useQuery } from "@tanstack/react-query"
import { ListOrdered } from "lucide-react"
import { useMemo } from "react"
import { answered, api, type Schemas } from "@/api/client"
import { price, quantity } from "@/format/number"
import { words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { toneOf } from "@/ui/standing"
import { Ticker } from "@/ui/Ticker"
import { strategyColumn, whenColumn } from "./columns"
import { says, useListing } from "./search"

type Order = Schemas["OrderLine"]

const columns: DataColumn<Order>[] = [
  whenColumn("decided", "Decided", (one) => one.decided_at),
  {
    key: "id",
    csv: (one) => one.order_id,
    title: "Order",
    cell: (one) => <span className="text-ink-3">{one.order_id.slice(0, 8)}…</span>,
    from: "xl",
  },
  strategyColumn,
  {
    key: "account",
    csv: (one) => one.account,
    title: "Account",
    cell: (one) => one.account,
    from: "xl",
    className: "text-ink-2",
  },
  {
    key: "instrument",
    title: "Symbol",
    cell: (one) => <Ticker name={one.instrument} />,
    sortBy: (one) => one.instrument,
  },
  {
    key: "purpose",
    csv: (one) => `${one.purpose}, ${one.order_type}`,
    title: "Purpose",
    cell: (one) => `${words(one.purpose)}, ${one.order_type}`,
    from: "lg",
    className: "text-ink-2",
  },
  { key: "side", csv: (one) => one.side, title: "Side", cell: (one) => one.side, from: "sm" },
  {
    key: "quantity",
    csv: (one) => one.quantity,
    title: "Quantity",
    cell: (one) => quantity(one.quantity),
    numeric: true,
  },
  {
    key: "filled",
    csv: (one) => one.filled,
    title: "Filled",
    cell: (one) => quantity(one.filled),
    numeric: true,
    from: "sm",
  },
  {
    key: "price",
    csv: (one) => one.average_price,
    title: "Filled price",
    cell: (one) => price(one.average_price),
    numeric: true,
    from: "md",
  },
  {
    key: "status",
    title: "Status",
    cell: (one) => <Badge tone={toneOf(one.status)}>{words(one.status)}</Badge>,
    sortBy: (one) => one.status,
  },
]

export function Orders() {
  const { strategy, status, text, sort, mode, signal, change, open } = useListing()
  const live = status === "live" ? true : status === "ended" ? false : null
  const query = useQuery({
    queryKey: ["orders", strategy ?? "", live],
    queryFn: () =>
      answered(
        api.GET("/api/orders", { params: { query: { limit: 500, strategy_id: strategy ?? null, live } } }),
      ),
    refetchInterval: useEvery(3),
  })
  const items = useMemo(
    () =>
      query.data?.items.filter(
        (one) =>
          one.mode === mode &&
          says(text, one.instrument, one.strategy_id, one.order_id, one.account, one.reason),
      ) ?? [],
    [query.data, mode, text],
  )
  return (
    <Listed
      query={query}
      what="The orders"
      empty={{
        icon: ListOrdered,
        title: `No ${mode} order here`,
        hint: "An approved signal owes orders; they show as the desk claims them. Look at the other mode, or loosen the filters.",
      }}
      name="Orders"
      columns={columns}
      items={items}
      idOf={(one) => one.order_id}
      openId={items.find((one) => one.signal_id === signal)?.order_id}
      onOpen={(one) => open(one.signal_id)}
      sort={sort}
      onSort={(next) => change({ sort: next })}
      csv
    />
  )
}
