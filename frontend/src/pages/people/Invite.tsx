import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { answered, api, type Schemas } from "@/api/client"
import { words } from "@/format/words"
import { Confirm } from "@/ui/Confirm"
import { Choice, Field } from "@/ui/Field"
import { invite } from "./acts"

type Role = Schemas["NewUser"]["role"]
const roles: readonly Role[] = ["client", "sender", "admin"]
const sees: Record<Role, string> = {
  client: "One client's capital and returns; no trades.",
  sender: "One sender's signals, statements and payments.",
  admin: "Everything, and may change everything.",
}

interface InviteProps {
  onInvited: (invited: Schemas["Invited"]) => void
  onClose: () => void
}

/** Lets somebody in: the answer holds a link with which they choose a password. */
export function Invite({ onInvited, onClose }: InviteProps) {
  const [name, setName] = useState("")
  const [role, setRole] = useState<Role>("client")
  const [bound, setBound] = useState("")
  const [zone, setZone] = useState("UTC")
  const ready = name.trim() && (role === "admin" || bound)
  return (
    <Confirm
      title="Invite somebody"
      about={sees[role]}
      {...(role === "admin" ? { word: "ADMIN" } : {})}
      submit="Invite"
      missing={ready ? undefined : role === "admin" ? "Say a name" : `Say a name and which ${role}`}
      done="Invited: hand the link over"
      act={async () => {
        const right = role === "client" ? { client_id: bound } : role === "sender" ? { sender: bound } : {}
        onInvited(await invite({ name: name.trim(), role, time_zone: zone.trim(), ...right }))
      }}
      onClose={onClose}
    >
      <Field
        label="Name to sign in with"
        hint="An e-mail address, or a name"
        value={name}
        maxLength={100}
        autoComplete="off"
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <Choice
        label="Role"
        value={role}
        onChange={(event) => {
          setRole(event.target.value as Role)
          setBound("")
        }}
      >
        {roles.map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </Choice>
      {role === "client" && <WhichClient value={bound} onChange={setBound} />}
      {role === "sender" && (
        <Field
          label="Sender"
          hint="As their signals name it"
          value={bound}
          autoComplete="off"
          onChange={(event) => setBound(event.target.value.trim())}
        />
      )}
      <Field
        label="Time zone"
        value={zone}
        autoComplete="off"
        onChange={(event) => setZone(event.target.value)}
      />
    </Confirm>
  )
}

function WhichClient({ value, onChange }: { value: string; onChange: (client: string) => void }) {
  const { data } = useQuery({ queryKey: ["clients"], queryFn: () => answered(api.GET("/api/clients")) })
  return (
    <Choice label="Client" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Which one</option>
      {data?.items.map(({ client_id, display_name, mode }) => (
        <option key={client_id} value={client_id}>
          {display_name}, {mode}
        </option>
      ))}
    </Choice>
  )
}
