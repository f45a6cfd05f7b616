import { useQuery } from "@tanstack/react-query"
import { Drawer } from "@/ui/Drawer"
import { StatementSheet } from "@/ui/StatementSheet"
import { SkeletonRows, Trouble } from "@/ui/states"
import { monthQuery } from "./queries"

/** The statements of one closed month beside the list. */
export function StatementDrawer({ month, onClose }: { month: string | undefined; onClose: () => void }) {
  return (
    <Drawer open={month !== undefined} onClose={onClose} title="Statement">
      {month && <Loaded month={month} />}
    </Drawer>
  )
}

function Loaded({ month }: { month: string }) {
  const { data, error, refetch } = useQuery(monthQuery(month))
  if (error && !data) return <Trouble what="The statement" failure={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={10} />
  return (
    <div className="flex flex-col gap-3">
      {data.items.map((one) => (
        <StatementSheet key={one.hash} statement={one} />
      ))}
    </div>
  )
}
