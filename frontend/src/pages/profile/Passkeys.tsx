import { useQuery } from "@tanstack/react-query"
import { KeyRound } from "lucide-react"
import { useState } from "react"
import { dateTime } from "@/format/time"
import { canHavePasskeys } from "@/pages/login/passkeys"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { add, remove } from "./acts"
import { type Passkey, passkeysQuery, secondFactorQuery } from "./queries"

/** One's own passkeys: each opens the desk in the place of password and code. */
export function Passkeys() {
  const { data, error, refetch } = useQuery(passkeysQuery)
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Passkey | null>(null)
  const enrolled = useQuery(secondFactorQuery).data?.enrolled
  const offered = data?.offered && canHavePasskeys()
  return (
    <Panel
      title="Passkeys"
      note="Sign in with a finger, a face or a PIN"
      actions={
        offered &&
        enrolled && (
          <Button size="small" onClick={() => setAdding(true)}>
            <KeyRound aria-hidden className="size-3.5" />
            Add a passkey…
          </Button>
        )
      }
      flush
    >
      {error && !data && (
        <div className="px-3.5 pb-3">
          <Trouble what="Your passkeys" failure={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && !data && <SkeletonRows rows={2} />}
      {data?.items.length === 0 && (
        <Empty icon={KeyRound} title="No passkeys">
          {offered
            ? enrolled === false
              ? "An authenticator comes first: adding a passkey asks for a code of it."
              : "A passkey stays on your device and works on this site alone; your password and your authenticator go on working beside it."
            : "They work where the desk is reached by its own name, in a browser that has them."}
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          name="Passkeys"
          columns={columnsOf(setRemoving)}
          rows={data.items}
          rowKey={(one) => one.passkey_id}
        />
      )}
      {adding && <Add onClose={() => setAdding(false)} />}
      {removing && <Remove passkey={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  )
}

function Add({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("")
  return (
    <Confirm
      title="Add a passkey"
      about="Your browser asks where to keep it: this device, a telephone or a security key."
      submit="Go on"
      missing={name.trim() ? undefined : "Name the device first"}
      done="From now on it signs you in"
      act={() => add(name.trim())}
      onClose={onClose}
    >
      <Field
        label="Name"
        hint="Which device it is on, to know it by"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        maxLength={60}
        autoFocus
      />
    </Confirm>
  )
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  return (
    <Confirm
      title={`Remove ${passkey.name}?`}
      about="It signs nobody in from then on. Sessions it opened stay until they end."
      submit="Remove"
      danger
      done="Removed"
      act={() => remove(passkey.passkey_id)}
      onClose={onClose}
    />
  )
}

function columnsOf(begin: (passkey: Passkey) => void): Column<Passkey>[] {
  return [
    {
      key: "name",
      title: "Name",
      cell: (one) => <span className="block max-w-60 truncate">{one.name}</span>,
    },
    { key: "added", title: "Added", cell: (one) => dateTime(one.added_at), from: "sm" },
    { key: "used", title: "Last used", cell: (one) => (one.used_at ? dateTime(one.used_at) : "Never") },
    {
      key: "remove",
      title: <span className="sr-only">Remove</span>,
      cell: (one) => (
        <Button size="small" aria-label={`Remove ${one.name}`} onClick={() => begin(one)}>
          Remove…
        </Button>
      ),
      numeric: true,
    },
  ]
}
