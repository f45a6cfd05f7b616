import { useQuery } from "@tanstack/react-query"
import { Drawer } from "@/ui/Drawer"
import { StatementSheet } from "@/ui/StatementSheet"
import { SkeletonRows, Trouble } from "@/ui/states"
import { monthQuery, type SenderView } from "./queries"
import { namesOf } from "./statementColumns"

interface DrawerProps {
  view: SenderView | undefined
  month: string | undefined
  onClose: () => void
}

/** The statements of one closed month beside the list. */
export function StatementDrawer({ view, month, onClose }: DrawerProps) {
  return (
    <Drawer open={month !== undefined} onClose={onClose} title="Statement">
      {month && <Loaded view={view} month={month} />}
    </Drawer>
  )
}

function Loaded({ view, month }: { view: SenderView | undefined; month: string }) {
  const { data, error, refetch } = useQuery(monthQuery(month))
  if (error && !data) return <Trouble what="The statement" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={10} />
  const names = view && namesOf(view)
  return (
    <div className="flex flex-col gap-3">
      {data.items.map((one) => (
        <StatementSheet key={one.hash} statement={one} of={names?.get(one.agreement_id)} />
      ))}
    </div>
  )
}
