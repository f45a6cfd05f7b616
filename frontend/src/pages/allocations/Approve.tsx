import { useState } from "react"
import { percent } from "@/format/number"
import { counted } from "@/format/words"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import { approve } from "./acts"
import type { Allocation } from "./queries"

interface ApproveProps {
  shown: Allocation
  current: Allocation | null | undefined
  newer: boolean
  onClose: () => void
}

/** Approves the version that was shown, not whatever is the latest by then. */
export function Approve({ shown, current, newer, onClose }: ApproveProps) {
  const [reason, setReason] = useState("")
  const before = current?.metrics?.total_allocation_pct as string | undefined
  const after = shown.metrics?.total_allocation_pct as string | undefined
  return (
    <Confirm
      title="Approve this allocation?"
      about={
        <>
          New signals are sized with these shares at once. Open positions are not changed.{" "}
          {counted(Object.keys(shown.allocations).length, "strategy", "strategies")} are affected and the
          total goes from {percent(before, 0)} to {percent(after, 0)} of equity.
          {newer && (
            <strong className="block text-warn">
              Another proposal has arrived; this approves the one you looked at.
            </strong>
          )}
        </>
      }
      word="APPROVE"
      submit="Approve"
      done="Approved: new signals are sized by it"
      act={(key) => approve(shown.allocation_id, reason, key)}
      onClose={onClose}
    >
      <Field
        label="Why (kept with it)"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
      />
    </Confirm>
  )
}
