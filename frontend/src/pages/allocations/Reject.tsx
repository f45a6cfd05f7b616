import { useState } from "react"
import { Confirm } from "@/ui/Confirm"
import { Area } from "@/ui/Field"
import { reject } from "./acts"
import type { Allocation } from "./queries"

export function Reject({ shown, onClose }: { shown: Allocation; onClose: () => void }) {
  const [reason, setReason] = useState("")
  return (
    <Confirm
      title="Reject this proposal?"
      about="What holds now goes on. The reason is kept with the proposal."
      submit="Reject"
      missing={reason.trim() ? undefined : "Say why"}
      done="Rejected: the current allocation goes on"
      act={(key) => reject(shown.allocation_id, reason.trim(), key)}
      onClose={onClose}
    >
      <Area
        label="Why"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
        autoFocus
      />
    </Confirm>
  )
}
