import { getRouteApi } from "@tanstack/react-router"
import { UserPlus } from "lucide-react"
import { useState } from "react"
import type { Schemas } from "@/api/client"
import { queries } from "@/api/queries"
import { Page } from "@/shell/Page"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Segments } from "@/ui/Segments"
import { Audit } from "./Audit"
import { AuditFilters } from "./AuditFilters"
import { InvitationLink } from "./InvitationLink"
import { Invite } from "./Invite"
import { usersQuery } from "./queries"
import { UserDrawer } from "./UserDrawer"
import { Users } from "./Users"

const route = getRouteApi("/shell/users")
const tabs = [
  ["users", "Users"],
  ["audit", "Audit trail"],
] as const

/** What the page asks at once. */
export const first = () => [queries.prefetchQuery(usersQuery)]

/** Who may sign in, and who did what. */
export function People() {
  const { list, user } = route.useSearch()
  const navigate = route.useNavigate()
  const [inviting, setInviting] = useState(false)
  const [invited, setInvited] = useState<Schemas["Invited"] | null>(null)
  const shown = list === "audit" ? "audit" : "users"
  const openUser = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, user: next }), resetScroll: false })
  return (
    <Page
      title="Users and audit"
      actions={
        <Button size="small" onClick={() => setInviting(true)}>
          <UserPlus aria-hidden className="size-3.5" />
          Invite…
        </Button>
      }
    >
      <Panel
        title={
          <Segments
            name="List"
            options={tabs}
            value={shown}
            onChange={(next) => void navigate({ search: ({ mode }) => ({ mode, list: next }) })}
          />
        }
        actions={shown === "audit" && <AuditFilters />}
        flush
      >
        {shown === "users" ? <Users openId={user} onOpen={openUser} /> : <Audit />}
      </Panel>
      <UserDrawer user={user} onClose={() => openUser(undefined)} />
      {inviting && <Invite onInvited={setInvited} onClose={() => setInviting(false)} />}
      {invited && <InvitationLink invited={invited} onClose={() => setInvited(null)} />}
    </Page>
  )
}
