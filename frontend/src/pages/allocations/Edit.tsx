import { useState } from "react"
import { isDecimal, sumOf } from "@/format/decimal"
import { percent } from "@/format/number"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import { setByHand } from "./acts"
import type { Allocation } from "./queries"

/** Changes shares before they are approved; what is typed is sent as it is typed. */
export function Edit({ shown, onClose }: { shown: Allocation; onClose: () => void }) {
  const [shares, setShares] = useState<Record<string, string>>({ ...shown.allocations })
  const [reason, setReason] = useState("")
  const wrong = Object.values(shares).some((share) => !isDecimal(share))
  return (
    <Confirm
      title="Edit and approve"
      about="Shares in per cent of equity; at most 200 % together. They hold for new signals at once."
      word="APPROVE"
      submit="Approve"
      wide
      missing={wrong ? "Every share is a number, 0 or more" : undefined}
      done="Approved as edited: new signals are sized by it"
      act={(key) => setByHand(shares, reason || `edited from ${shown.allocation_id}`, key)}
      onClose={onClose}
    >
      <div className="grid max-h-[45dvh] gap-3 overflow-y-auto p-0.5 sm:grid-cols-2">
        {Object.entries(shares).map(([strategy, share]) => (
          <Field
            key={strategy}
            label={strategy}
            inputMode="decimal"
            value={share}
            error={isDecimal(share) ? undefined : "A number, 0 or more"}
            onChange={(event) => setShares({ ...shares, [strategy]: event.target.value })}
            className="text-right"
          />
        ))}
      </div>
      <p aria-live="polite" className="text-sm">
        Together <strong className="font-semibold">{percent(sumOf(Object.values(shares)), 2)}</strong>
      </p>
      <Field
        label="Why (kept with it)"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
      />
    </Confirm>
  )
}
