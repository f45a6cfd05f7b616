import type { LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { Button } from "./Button"
import { DataTable, type DataTableProps } from "./DataTable"
import { Empty, SkeletonRows, Trouble } from "./states"

interface Query {
  data: unknown
  error: unknown
  refetch: () => unknown
  hasNextPage?: boolean
  isFetchingNextPage?: boolean
  fetchNextPage?: () => unknown
}

interface ListedProps<Item> extends DataTableProps<Item> {
  /** What the items come of. */
  query: Query
  /** What did not load, if it did not: "The signals". */
  what: string
  /** What is said where there is no item. */
  empty: { icon?: LucideIcon; title: string; hint: ReactNode }
  /** How many rows its skeleton has. */
  rows?: number
}

/** A table of what was asked for, in every state: on its way, broken, empty, and with older items to come. */
export function Listed<Item>({ query, what, empty, rows = 12, ...table }: ListedProps<Item>) {
  if (query.error && !query.data) {
    return (
      <div className="px-3.5 pb-3">
        <Trouble what={what} failure={query.error} retry={() => void query.refetch()} />
      </div>
    )
  }
  if (!query.data) return <SkeletonRows rows={rows} />
  const { hint, ...said } = empty
  return (
    <>
      {table.items.length === 0 ? <Empty {...said}>{hint}</Empty> : <DataTable {...table} />}
      {query.hasNextPage && (
        <div className="flex justify-center border-t border-line p-2">
          <Button
            size="small"
            busy={query.isFetchingNextPage === true}
            onClick={() => void query.fetchNextPage?.()}
          >
            Show older
          </Button>
        </div>
      )}
    </>
  )
}
