import { useQuery } from "@tanstack/react-query"
import { dayOrTime } from "@/format/time"
import { words } from "@/format/words"
import { useNow } from "@/live/clock"
import { useEvery } from "@/live/query"
import { Badge, type Tone } from "@/ui/Badge"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { Zone } from "@/ui/Zone"
import { type UserLine, usersQuery } from "./queries"

const tones: Record<UserLine["status"], Tone> = { active: "gain", invited: "warn", disabled: "loss" }

export function UserStatus({ status }: { status: UserLine["status"] }) {
  return <Badge tone={tones[status]}>{words(status)}</Badge>
}

/** How a second factor stands, in words. */
export function factorOf(user: UserLine): string {
  if (user.second_factor) return "Set up"
  return user.second_factor_required ? "Owed at next sign-in" : "Not asked for"
}

const columns: DataColumn<UserLine>[] = [
  {
    key: "name",
    title: "Name",
    cell: (one) => (
      <span className="block max-w-44 truncate font-medium sm:max-w-72" title={one.name}>
        {one.name}
      </span>
    ),
  },
  { key: "role", title: "Role", cell: (one) => words(one.role) },
  {
    key: "sees",
    title: "Sees",
    cell: (one) => one.client_id ?? one.sender ?? "Everything",
    from: "md",
    className: "text-ink-2",
  },
  { key: "factor", title: "Second factor", cell: factorOf, from: "md", className: "text-ink-2" },
  { key: "sessions", title: "Sessions", cell: (one) => one.sessions, numeric: true, from: "sm" },
  {
    key: "seen",
    title: (
      <>
        Last seen, <Zone />
      </>
    ),
    cell: (one) => <Seen at={one.last_seen_at} />,
    numeric: true,
    from: "sm",
  },
  { key: "status", title: "Status", cell: (one) => <UserStatus status={one.status} /> },
]

function Seen({ at }: { at: string | null | undefined }) {
  const now = useNow()
  return <>{at ? dayOrTime(at, now) : "Never"}</>
}

interface UsersProps {
  openId: string | undefined
  onOpen: (user: string) => void
}

/** Everyone who may sign in; a row opens what can be done. */
export function Users({ openId, onOpen }: UsersProps) {
  const query = useQuery({ ...usersQuery, refetchInterval: useEvery(15) })
  return (
    <Listed
      query={query}
      what="The users"
      rows={6}
      empty={{ title: "Nobody yet", hint: "Invite somebody: who takes the invitation shows here." }}
      name="Users"
      columns={columns}
      items={query.data?.items ?? []}
      idOf={(one) => one.user_id}
      openId={openId}
      onOpen={(one) => onOpen(one.user_id)}
    />
  )
}
