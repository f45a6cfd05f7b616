import { useState } from "react"
import type { Mode } from "@/shell/mode"
import { Confirm } from "@/ui/Confirm"
import { Choice, Field } from "@/ui/Field"
import { admit } from "./acts"

const NAME = /^[a-z0-9][a-z0-9_-]{0,59}$/

/** Admits a client to the fund of one mode; money comes with the first deposit. */
export function AddClient({ mode: shown, onClose }: { mode: Mode; onClose: () => void }) {
  const [mode, setMode] = useState<Mode>(shown)
  const [client_id, setId] = useState("")
  const [display_name, setName] = useState("")
  const wrong = client_id !== "" && !NAME.test(client_id)
  return (
    <Confirm
      title="Add a client"
      about="LIVE and PAPER are two funds that never meet; a client belongs to one of them for good."
      {...(mode === "LIVE" ? { word: "ADD" } : {})}
      submit="Add"
      missing={client_id && !wrong && display_name.trim() ? undefined : "Say a short name and a name"}
      done="Added: record the first deposit, then invite them under Users"
      act={() => admit({ client_id, display_name: display_name.trim(), mode })}
      onClose={onClose}
    >
      <Field
        label="Name"
        value={display_name}
        onChange={(event) => setName(event.target.value)}
        maxLength={200}
        autoComplete="off"
        autoFocus
      />
      <Field
        label="Short name"
        hint="Small letters, digits, - and _; it stays for good"
        error={wrong ? "Small letters, digits, - and _ alone" : undefined}
        value={client_id}
        onChange={(event) => setId(event.target.value)}
        maxLength={60}
        autoComplete="off"
        spellCheck={false}
      />
      <Choice label="Fund" value={mode} onChange={(event) => setMode(event.target.value as Mode)}>
        <option value="LIVE">LIVE, real money</option>
        <option value="PAPER">PAPER, simulated fills</option>
      </Choice>
    </Confirm>
  )
}
