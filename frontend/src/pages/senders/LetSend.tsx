import { useState } from "react"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import { letSend } from "./acts"
import type { Issued } from "./queries"

const kinds = [
  ["passphrase", "Passphrase in the body"],
  ["token", "Token in the address"],
  ["mac", "Key that signs each request"],
] as const
type Kind = (typeof kinds)[number][0]

/** Somebody new who may send; the answer holds the secrets. */
export function LetSend({ onIssued, onClose }: { onIssued: (issued: Issued) => void; onClose: () => void }) {
  const [name, setName] = useState("")
  const [typed, setTyped] = useState("")
  const [wanted, setWanted] = useState<readonly Kind[]>(["passphrase", "token"])
  const strategies = typed
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean)
  const missing =
    (!name.trim() && "Name the sender") ||
    (strategies.length === 0 && "Name the strategies") ||
    (wanted.length === 0 && "Choose a secret") ||
    undefined
  return (
    <Confirm
      title="New sender"
      about="Its secrets are shown once, after this."
      submit="Issue secrets"
      missing={missing}
      done="Issued: hand the secrets over"
      act={async () =>
        onIssued(await letSend({ name: name.trim(), strategies, active: true, kinds: [...wanted] }))
      }
      onClose={onClose}
    >
      <Field
        label="Name"
        hint="Letters, digits, - and _, such as tradingview-alice"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        autoFocus
      />
      <Field
        label="Strategies"
        hint="As its signals name them, with commas between"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
      />
      <fieldset className="flex flex-col gap-1.5 text-sm">
        <legend className="mb-1 font-medium">Secrets</legend>
        {kinds.map(([kind, told]) => (
          <label key={kind} className="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-live"
              checked={wanted.includes(kind)}
              onChange={({ target }) =>
                setWanted(target.checked ? [...wanted, kind] : wanted.filter((each) => each !== kind))
              }
            />
            {told}
          </label>
        ))}
      </fieldset>
    </Confirm>
  )
}
