import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { TriangleAlert } from "lucide-react"
import { alertsQuery } from "@/api/alerts"
import { sentence } from "@/format/words"
import { useEvery } from "@/live/query"

/** The worst thing that nobody has acknowledged yet. */
export function AlertBar() {
  const { data } = useQuery({ ...alertsQuery, refetchInterval: useEvery(10) })
  const open = data?.items.filter((alert) => alert.open && alert.severity === "critical") ?? []
  const worst = open[0]
  if (!worst) return null
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-loss-soft px-3.5 py-2.5 text-base"
    >
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-loss" />
      <p className="min-w-0 flex-1 basis-60">
        <strong className="font-semibold">{sentence(worst.title)}</strong>{" "}
        {open.length > 1 && `and ${open.length - 1} more`}
      </p>
      <Link to="/system" className="font-medium underline underline-offset-2">
        Open alerts
      </Link>
    </div>
  )
}
