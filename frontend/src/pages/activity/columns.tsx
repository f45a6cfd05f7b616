import { dateTime } from "@/format/time"
import type { DataColumn } from "@/ui/DataTable"
import { Zone } from "@/ui/Zone"

/** When it was, in the zone that the reader chose. */
export function whenColumn<Item>(key: string, name: string, at: (item: Item) => string): DataColumn<Item> {
  return {
    key,
    title: (
      <>
        {name}, <Zone />
      </>
    ),
    cell: (one) => dateTime(at(one)),
    sortBy: at,
    from: "sm",
    className: "text-ink-2",
  }
}

/** Whose signal it was. */
export const strategyColumn: DataColumn<{ strategy_id: string }> = {
  key: "strategy",
  title: "Strategy",
  cell: (one) => one.strategy_id,
  sortBy: (one) => one.strategy_id,
  from: "md",
  className: "max-w-64 truncate",
}
