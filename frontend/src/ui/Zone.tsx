import { zoneName } from "@/format/time"

/** The name of the zone that times are written in, for headers that are written before somebody is in. */
export function Zone() {
  return <>{zoneName()}</>
}
