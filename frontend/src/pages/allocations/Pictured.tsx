import { type ReactNode, useState } from "react"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Skeleton, Trouble } from "@/ui/states"
import type { Picture } from "./queries"

/** What a picture of a run is drawn of, and what to do where it did not load. */
export interface PictureProps {
  picture: Picture | undefined
  failure: unknown
  retry: () => void
}

interface PicturedProps extends Omit<PictureProps, "picture"> {
  title: string
  note?: ReactNode
  ready: boolean
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
