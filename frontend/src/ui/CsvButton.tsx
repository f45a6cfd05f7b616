import { Download } from "lucide-react"
import { csvOf } from "@/format/csv"
import { counted } from "@/format/words"
import { Button } from "./Button"
import type { DataColumn } from "./DataTable"

interface CsvProps<Item> {
  name: string
  columns: readonly DataColumn<Item>[]
  rows: readonly Item[]
}

/** The rows of a table as they stand, filtered and sorted, as a file. */
export function CsvButton<Item>({ name, columns, rows }: CsvProps<Item>) {
  const told = columns.flatMap(({ key, csv, sortBy }) => {
    const tell = csv ?? sortBy
    return tell ? [{ key, tell }] : []
  })

  function save() {
    const text = csvOf(
      told.map(({ key }) => key),
      rows.map((row) => told.map(({ tell }) => tell(row) ?? "")),
    )
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }))
    link.download = `${name.toLowerCase().replaceAll(/\W+/g, "-")}.csv`
    link.click()
    URL.revokeObjectURL(link.href)
  }

  return (
    <Button size="small" look="quiet" onClick={save}>
      <Download aria-hidden className="size-3.5" />
      CSV of {counted(rows.length, "row")}
    </Button>
  )
}
