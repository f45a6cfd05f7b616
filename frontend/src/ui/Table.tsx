import type { Key, ReactNode } from "react"
import { cx } from "./cx"

export interface Column<Row> {
  key: string
  title: ReactNode
  cell: (row: Row) => ReactNode
  numeric?: boolean
  /** From which width on it is shown; without it, always. */
  from?: "sm" | "md" | "lg" | "xl"
  className?: string
}

interface TableProps<Row> {
  name: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => Key
  className?: string
}

const fromWidth = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
}

/** A small table, read only: all its rows at once. Long ones are ui/DataTable's. */
export function Table<Row>({ name, columns, rows, rowKey, className }: TableProps<Row>) {
  return (
    <div className={cx("overflow-x-auto px-1.5", className)} tabIndex={0} role="group" aria-label={name}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cellClass(column, "h-8 font-medium text-ink-3")}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-b border-line last:border-0">
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column, "h-8")}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function cellClass<Row>(column: Column<Row>, more: string): string {
  return cx(
    "px-2 whitespace-nowrap",
    column.numeric ? "text-right" : "text-left",
    column.from && fromWidth[column.from],
    column.className,
    more,
  )
}
