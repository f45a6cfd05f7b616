import { useState } from "react"
import { day } from "@/format/time"
import { serverNow } from "@/live/clock"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"
import { endAgreement } from "./acts"
import type { Agreement } from "./queries"

/** Ends an agreement: from that day on nothing counts. */
export function EndAgreement({ agreement, onClose }: { agreement: Agreement; onClose: () => void }) {
  const today = day(serverNow(), agreement.time_zone)
  const [endsOn, setEndsOn] = useState(today)
  return (
    <Confirm
      title={`End agreement no. ${agreement.number}?`}
      about={`${agreement.sender} earns nothing more with ${agreement.strategies.join(", ")} from that day on. What was earned before is still owed. It cannot be undone.`}
      word="END"
      danger
      submit="End"
      missing={endsOn >= today ? undefined : "Today at the earliest"}
      done="Ended: the last statement follows with its month"
      act={() => endAgreement(agreement.agreement_id, endsOn)}
      onClose={onClose}
    >
      <Field
        type="date"
        label={`First day that no longer counts, ${agreement.time_zone}`}
        value={endsOn}
        min={today}
        onChange={(event) => setEndsOn(event.target.value)}
      />
    </Confirm>
  )
}
