import { type ReactNode, useState } from "react"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Skeleton, Trouble } from "@/ui/states"

interface PicturedProps {
  title: string
  note?: ReactNode
  ready: boolean
  failure: unknown
  retry: () => void
  table: ReactNode
  children: ReactNode
}

/** A picture and the same as a table. */
export function Pictured({ title, note, ready, failure, retry, table, children }: PicturedProps) {
  const [asTable, setAsTable] = useState(false)
  return (
    <Panel
      title={title}
      note={note}
      actions={
        ready && (
          <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Picture" : "Data table"}
          </Button>
        )
      }
    >
      {Boolean(failure) && !ready && <Trouble what={title} failure={failure} retry={retry} />}
      {!failure && !ready && <Skeleton className="h-66 w-full" />}
      {ready && (asTable ? table : children)}
    </Panel>
  )
}
