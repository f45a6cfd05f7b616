import { ArrowDown, ArrowUp } from "lucide-react"
import { type KeyboardEvent, memo, useMemo, useRef } from "react"
import { CsvButton } from "./CsvButton"
import { cx } from "./cx"
import { useSight } from "./sight"
import { type Column, cellClass } from "./Table"

export interface DataColumn<Item> extends Column<Item> {
  /** What the column is sorted by; without it, it is not. */
  sortBy?: (item: Item) => string | number
  /** What stands in a file of the table; without it what the column is sorted by, without that it is left out. */
  csv?: (item: Item) => string | number | null | undefined
}

export interface DataTableProps<Item> {
  name: string
  columns: readonly DataColumn<Item>[]
  items: readonly Item[]
  idOf: (item: Item) => string
  onOpen?: (item: Item) => void
  openId?: string | undefined
  /** "-received" is by that column, the highest first. */
  sort?: string | undefined
  onSort?: ((sort: string | undefined) => void) | undefined
  /** Admins take what they see as a file. */
  csv?: boolean
  tone?: (item: Item) => string | undefined
}

const ROW = 36

/** A long table: only the rows in sight exist, arrows move among them, Enter opens one. */
export function DataTable<Item>(props: DataTableProps<Item>) {
  const { columns, items, idOf, openId } = props
  const box = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => sorted(items, columns, props.sort), [items, columns, props.sort])
  const { first, end, drawn } = useSight(box, rows.length, ROW)
  return (
    <>
      <div ref={box} className="max-h-[max(24rem,calc(100dvh-12rem))] overflow-auto px-1.5" tabIndex={-1}>
        <table
          aria-label={props.name}
          aria-rowcount={rows.length + 1}
          className="w-full border-collapse text-sm"
        >
          <thead className="sticky top-0 z-10 bg-panel">
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <Heading key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody onKeyDown={moveByArrows}>
            <Gap height={first * ROW} columns={columns.length} />
            {rows.slice(first, end).map((item, place) => {
              const index = first + place
              return (
                <Line key={index % drawn} item={item} index={index} open={idOf(item) === openId} {...props} />
              )
            })}
            <Gap height={(rows.length - end) * ROW} columns={columns.length} />
          </tbody>
        </table>
      </div>
      {props.csv && (
        <div className="flex justify-end border-t border-line px-2 pt-1">
          <CsvButton name={props.name} columns={columns} rows={rows} />
        </div>
      )}
    </>
  )
}

type LineProps<Item> = DataTableProps<Item> & { item: Item; index: number; open: boolean }

/** Drawn again only when its own item changes, not for every row that scrolls by. */
const Line = memo(LineOf) as typeof LineOf

function LineOf<Item>({ item, index, open, columns, onOpen, tone }: LineProps<Item>) {
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={onOpen ? open : undefined}
      tabIndex={onOpen ? 0 : undefined}
      style={{ height: ROW }}
      onClick={onOpen && (() => onOpen(item))}
      onKeyDown={onOpen && ((event) => openByEnter(event, () => onOpen(item)))}
      className={cx(
        "border-b border-line",
        onOpen && "cursor-pointer hover:bg-hover focus-visible:-outline-offset-2",
        open && "bg-hover",
        tone?.(item),
      )}
    >
      {columns.map((column) => (
        <td key={column.key} className={cellClass(column, "")}>
          {column.cell(item)}
        </td>
      ))}
    </tr>
  )
}

function Heading<Item>({
  column,
  sort,
  onSort,
}: { column: DataColumn<Item> } & Pick<DataTableProps<Item>, "sort" | "onSort">) {
  const mine = sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : undefined
  const next = mine === "descending" ? column.key : mine === "ascending" ? undefined : `-${column.key}`
  return (
    <th
      scope="col"
      aria-sort={mine}
      className={cellClass(column, "h-8 font-medium text-ink-3 shadow-[inset_0_-1px_0_var(--line)]")}
    >
      {column.sortBy && onSort ? (
        <button
          type="button"
          onClick={() => onSort(next)}
          className="inline-flex items-center gap-1 hover:text-ink"
        >
          {column.title}
          {mine === "descending" && <ArrowDown aria-hidden className="size-3" />}
          {mine === "ascending" && <ArrowUp aria-hidden className="size-3" />}
        </button>
      ) : (
        column.title
      )}
    </th>
  )
}

function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={columns} />
    </tr>
  )
}

/** Prevented, so that the same key does not press what the opening puts the focus on. */
function openByEnter(event: KeyboardEvent<HTMLElement>, open: () => void): void {
  if (event.key !== "Enter" || event.target !== event.currentTarget) return
  event.preventDefault()
  open()
}

function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const row = (event.target as HTMLElement).closest("tr")
  if (!row || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling
  if (next instanceof HTMLElement && next.tabIndex === 0) {
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: "nearest" })
  }
}

/** Sorted by what the address says; equal ones stay in their order, and so does everything else. */
function sorted<Item>(
  items: readonly Item[],
  columns: readonly DataColumn<Item>[],
  sort: string | undefined,
): readonly Item[] {
  const by = columns.find(({ key }) => key === sort?.replace(/^-/, ""))?.sortBy
  if (!by) return items
  const way = sort?.startsWith("-") ? -1 : 1
  return items.toSorted((one, other) => {
    const [left, right] = [by(one), by(other)]
    return left === right ? 0 : left < right ? -way : way
  })
}
