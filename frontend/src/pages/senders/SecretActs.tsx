import { useState } from "react"
import { Confirm } from "@/ui/Confirm"
import { Choice } from "@/ui/Field"
import { changeAccess, revokeSecrets, rotateSecrets } from "./acts"
import type { Access, Issued } from "./queries"

interface ActProps {
  access: Access
  onClose: () => void
}

const overlaps = [
  [0, "None: the old ones end now"],
  [3600, "An hour"],
  [86_400, "A day"],
] as const

/** New secrets; the old ones stay good for a while, so that nothing is lost in between. */
export function Rotate({ access, onIssued, onClose }: ActProps & { onIssued: (issued: Issued) => void }) {
  const [overlap, setOverlap] = useState(3600)
  return (
    <Confirm
      title={`Rotate the secrets of ${access.name}?`}
      about="New ones are issued and shown this once."
      submit="Rotate"
      done="Rotated: hand the new secrets over"
      act={async () => onIssued(await rotateSecrets(access.name, overlap))}
      onClose={onClose}
    >
      <Choice
        label="How long the old ones stay good"
        value={overlap}
        onChange={(event) => setOverlap(Number(event.target.value))}
      >
        {overlaps.map(([seconds, name]) => (
          <option key={seconds} value={seconds}>
            {name}
          </option>
        ))}
      </Choice>
    </Confirm>
  )
}

export function Revoke({ access, onClose }: ActProps) {
  return (
    <Confirm
      title={`Revoke every secret of ${access.name}?`}
      about="What it sends is refused from now on, until new secrets are issued. Open positions are not changed."
      submit="Revoke"
      danger
      done="Revoked: nothing of it is taken any more"
      act={() => revokeSecrets(access.name)}
      onClose={onClose}
    />
  )
}

/** Stops a sender, or lets it send again with the secrets it has. */
export function Stop({ access, onClose }: ActProps) {
  const { active, name, strategies } = access
  return (
    <Confirm
      title={active ? `Stop ${name}?` : `Let ${name} send again?`}
      about={
        active
          ? "Its signals are refused until it is let send again; its secrets stay as they are."
          : "Its secrets are good again, for the same strategies as before."
      }
      submit={active ? "Stop" : "Let send"}
      danger={active}
      done={active ? "Stopped" : "It may send"}
      act={() => changeAccess(name, { strategies, active: !active })}
      onClose={onClose}
    />
  )
}
