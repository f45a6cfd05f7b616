import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useState } from "react"
import type { Schemas } from "@/api/client"
import { useWho } from "@/api/session"
import { dateTime, zoneName } from "@/format/time"
import { words } from "@/format/words"
import { Button } from "@/ui/Button"
import { Drawer } from "@/ui/Drawer"
import { Line, Lines } from "@/ui/Lines"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Act, Ask } from "./Ask"
import { InvitationLink } from "./InvitationLink"
import { type UserLine, usersQuery } from "./queries"
import { factorOf, UserStatus } from "./Users"

/** One person beside the list, and what can be done. */
export function UserDrawer({ user, onClose }: { user: string | undefined; onClose: () => void }) {
  const { data, error, refetch } = useQuery({ ...usersQuery, enabled: user !== undefined })
  const found = data?.items.find((one) => one.user_id === user)
  return (
    <Drawer open={user !== undefined} onClose={onClose} title={found?.name ?? "User"}>
      {error && !data && <Trouble what="The user" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={6} />}
      {data && !found && <Empty title="There is no such user">The list beside has everyone.</Empty>}
      {found && <Loaded user={found} />}
    </Drawer>
  )
}

function Loaded({ user }: { user: UserLine }) {
  const [asking, setAsking] = useState<Act | null>(null)
  const [invited, setInvited] = useState<Schemas["Invited"] | null>(null)
  return (
    <div className="flex flex-col gap-3.5">
      <Panel title="About">
        <Lines>
          <Line name="Status">
            <UserStatus status={user.status} />
          </Line>
          <Line name="Role">{words(user.role)}</Line>
          <Line name="Sees">{user.client_id ?? user.sender ?? "Everything"}</Line>
          <Line name="Second factor">{factorOf(user)}</Line>
          <Line name="Time zone">{user.time_zone}</Line>
          <Line name="Open sessions">{user.sessions}</Line>
          <Line name={`Last seen, ${zoneName()}`}>
            {user.last_seen_at ? dateTime(user.last_seen_at) : "Never"}
          </Line>
          <Line name={`Since, ${zoneName()}`}>{dateTime(user.created_at)}</Line>
        </Lines>
        <Link
          to="/users"
          search={{ list: "audit", actor: user.name }}
          className="mt-2 inline-block text-sm underline underline-offset-2"
        >
          What {user.name} did
        </Link>
      </Panel>
      <Acts user={user} ask={setAsking} />
      {asking && <Ask act={asking} user={user} onInvited={setInvited} onClose={() => setAsking(null)} />}
      {invited && <InvitationLink invited={invited} onClose={() => setInvited(null)} />}
    </div>
  )
}

function Acts({ user, ask }: { user: UserLine; ask: (act: Act) => void }) {
  const oneself = useWho()?.name === user.name
  const out = user.status === "disabled"
  return (
    <Panel title="Let in, or put out" note="Putting out asks for no code">
      <div className="flex flex-wrap gap-2">
        {!out && (
          <Button onClick={() => ask("invite")}>
            {user.status === "invited" ? "Invite again…" : "New password…"}
          </Button>
        )}
        {user.second_factor && <Button onClick={() => ask("reset")}>Reset second factor…</Button>}
        {user.role !== "admin" && (
          <Button onClick={() => ask("factor")}>
            {user.second_factor_required ? "Stop asking for a second factor…" : "Ask for a second factor…"}
          </Button>
        )}
        {user.sessions > 0 && <Button onClick={() => ask("sessions")}>End sessions…</Button>}
        {out && <Button onClick={() => ask("enable")}>Let in again…</Button>}
        {!out && !oneself && (
          <Button look="danger-outline" onClick={() => ask("disable")}>
            Disable…
          </Button>
        )}
      </div>
    </Panel>
  )
}
