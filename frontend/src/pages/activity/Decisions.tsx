import { useQuery } from "@tanstack/react-query"
import { Scale } from "lucide-react"
import { useMemo } from "react"
import { answered, api, type Schemas } from "@/api/client"
import { quantity } from "@/format/number"
import { words } from "@/format/words"
import { useEvery } from "@/live/query"
import { Badge } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { toneOf } from "@/ui/standing"
import { Ticker } from "@/ui/Ticker"
import { strategyColumn, whenColumn } from "./columns"
import { says, useListing } from "./search"

type Decision = Schemas["DecisionLine"]

const columns: DataColumn<Decision>[] = [
  whenColumn("decided", "Decided", (one) => one.decided_at),
  {
    key: "seq",
    title: "No.",
    cell: (one) => one.seq,
    sortBy: (one) => one.seq,
    numeric: true,
    from: "xl",
    className: "text-ink-3",
  },
  strategyColumn,
  {
    key: "symbol",
    csv: (one) => one.legs[0]?.instrument,
    title: "Symbol",
    cell: (one) => <Ticker name={one.legs[0]?.instrument ?? "–"} />,
  },
  {
    key: "wanted",
    csv: (one) => one.legs[0]?.wanted,
    title: "Wanted",
    cell: (one) => quantity(one.legs[0]?.wanted),
    numeric: true,
    from: "sm",
  },
  {
    key: "given",
    csv: (one) => one.legs[0]?.quantity,
    title: "Given",
    cell: (one) => quantity(one.legs[0]?.quantity),
    numeric: true,
  },
  {
    key: "outcome",
    title: "Outcome",
    cell: (one) => <Badge tone={toneOf(one.outcome)}>{words(one.outcome)}</Badge>,
    sortBy: (one) => one.outcome,
  },
  {
    key: "sentence",
    csv: (one) => one.sentence,
    title: "Why",
    cell: (one) => (
      <span className="block max-w-md truncate text-ink-2" title={one.sentence}>
        {one.sentence}
      </span>
    ),
    from: "lg",
  },
]

export function Decisions() {
  const { strategy, status, text, sort, mode, signal, change, open } = useListing()
  const outcome = (["APPROVED", "RESIZED", "REFUSED"] as const).find((each) => each === status) ?? null
  const query = useQuery({
    queryKey: ["decisions", strategy ?? "", outcome],
    queryFn: () =>
      answered(
        api.GET("/api/decisions", {
          params: { query: { limit: 500, strategy_id: strategy ?? null, outcome } },
        }),
      ),
    refetchInterval: useEvery(3),
  })
  const items = useMemo(
    () =>
      query.data?.items.filter(
        (one) =>
          one.mode === mode &&
          says(text, one.sentence, one.strategy_id, one.external_id, one.legs[0]?.instrument),
      ) ?? [],
    [query.data, mode, text],
  )
  return (
    <Listed
      query={query}
      what="The decisions"
      empty={{
        icon: Scale,
        title: `No ${mode} decision here`,
        hint: "Each signal is decided once, with every cap and its numbers. Look at the other mode, or loosen the filters.",
      }}
      name="Decisions"
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
