import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { cx } from "@/ui/cx"
import { inputLook } from "@/ui/Field"
import { usersQuery } from "./queries"

const route = getRouteApi("/shell/users")
const kinds = [
  ["auth", "Signing in and out"],
  ["users", "Users"],
  ["strategies", "Strategies"],
  ["allocations", "Allocations"],
  ["clients", "Clients"],
  ["agreements", "Agreements"],
  ["payments", "Payments"],
  ["controls", "Limits and triggers"],
  ["kill_switch", "Kill switch"],
  ["reconciliations", "Reconciliations"],
  ["cerebro", "Authority to decide"],
  ["alerts", "Alerts"],
  ["sandbox", "Sandbox"],
] as const

/** Which entries: all of it in the address. */
export function AuditFilters() {
  const { actor, action, since } = route.useSearch()
  const navigate = route.useNavigate()
  const { data } = useQuery(usersQuery)
  const change = (next: {
    actor?: string | undefined
    action?: string | undefined
    since?: string | undefined
  }) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false })
  const look = cx(inputLook, "h-7 text-sm max-sm:flex-1")
  return (
    <search className="flex flex-wrap items-center gap-1.5">
      <select
        aria-label="Who"
        value={actor ?? ""}
        onChange={(event) => change({ actor: event.target.value || undefined })}
        className={cx(look, "max-w-44")}
      >
        <option value="">Everybody</option>
        {actor && !data?.items.some(({ name }) => name === actor) && <option value={actor}>{actor}</option>}
        {data?.items.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="What"
        value={action ?? ""}
        onChange={(event) => change({ action: event.target.value || undefined })}
        className={look}
      >
        <option value="">Everything</option>
        {action && !kinds.some(([kind]) => kind === action) && <option value={action}>{action}</option>}
        {kinds.map(([kind, name]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </select>
      <input
        type="date"
        aria-label="Since, UTC"
        title="Since, UTC"
        value={since ?? ""}
        onChange={(event) => change({ since: event.target.value || undefined })}
        className={look}
      />
    </search>
  )
}
