import { useState } from "react"
import { api } from "@/api/client"
import { acted } from "@/api/stepUp"
import { homeZone } from "@/format/time"
import { Confirm } from "@/ui/Confirm"
import { Field } from "@/ui/Field"

const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")]

/** In which zone times are written, for this account and on every device. */
export function TimeZone({ onClose }: { onClose: () => void }) {
  const [zone, setZone] = useState(homeZone())
  const known = zones.includes(zone.trim())
  return (
    <Confirm
      title="Time zone"
      about="Times are shown in it. The desk's days begin at 00:00 UTC all the same."
      submit="Use it"
      missing={known ? undefined : "A name such as Europe/Zurich"}
      done="From now on times are shown in it"
      act={async () => {
        await acted(() => api.PUT("/api/session/time-zone", { body: { time_zone: zone.trim() } }))
        location.reload()
      }}
      onClose={onClose}
    >
      <Field
        label="Zone"
        list="zones-of-times"
        value={zone}
        onChange={(event) => setZone(event.target.value)}
        autoComplete="off"
        autoFocus
      />
      <datalist id="zones-of-times">
        {zones.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </Confirm>
  )
}
