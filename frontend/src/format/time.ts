import { MISSING } from "./number"

/** Times in the zone of the account's setting; days and months are the desk's own, of UTC. */
let home = "UTC"

/** Read times in *zone* from now on; one that this browser does not know changes nothing. */
export function readIn(zone: string): void {
  try {
    if (zone !== "UTC") new Intl.DateTimeFormat("en-GB", { timeZone: zone })
    home = zone
  } catch {
    home = "UTC"
  }
}

/** "Europe/Zurich": the zone that times are written in. */
export const homeZone = () => home
/** "Zurich": the same for headers and axes. */
export const zoneName = () => home.slice(home.lastIndexOf("/") + 1).replaceAll("_", " ")

const styles = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  month: { year: "numeric", month: "short" },
} satisfies Record<string, Intl.DateTimeFormatOptions>

/** Where each stands in an ISO time, which is UTC: many rows are written so, and the first formatter takes 20 ms. */
const slices: Partial<Record<keyof typeof styles, [from: number, to: number]>> = {
  time: [11, 19],
  minute: [11, 16],
  day: [0, 10],
}
const formatters = new Map<string, Intl.DateTimeFormat>()

function write(
  at: string | number | Date | null | undefined,
  style: keyof typeof styles,
  zone: string,
): string {
  if (at === null || at === undefined) return MISSING
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return MISSING
  const slice = slices[style]
  if (zone === "UTC" && slice) return date.toISOString().slice(...slice)
  const key = `${style} ${zone}`
  let known = formatters.get(key)
  if (!known) {
    known = new Intl.DateTimeFormat(style === "day" ? "en-CA" : "en-GB", { ...styles[style], timeZone: zone })
    formatters.set(key, known)
  }
  return known.format(date)
}

type At = string | number | Date | null | undefined

/** "22:41:57" */
export const clockTime = (at: At, zone = home) => write(at, "time", zone)
/** "22:41" */
export const minuteTime = (at: At, zone = home) => write(at, "minute", zone)
/** "2026-11-17" */
export const day = (at: At, zone = "UTC") => write(at, "day", zone)
/** "Nov 2026" */
export const month = (at: At, zone = "UTC") => write(at, "month", zone)

/** "2026-11-17 22:41:57" */
export function dateTime(at: At, zone = home): string {
  const date = day(at, zone)
  return date === MISSING ? date : `${date} ${clockTime(at, zone)}`
}

/** "2026-11-17 22:41:57 UTC" */
export const stamped = (at: At) => `${dateTime(at)} ${zoneName()}`

/** The time alone on the day itself, the date before it on any other. */
export function dayOrTime(at: At, now: number, zone = home): string {
  return day(at, zone) === day(now, zone)
    ? clockTime(at, zone)
    : `${day(at, zone).slice(5)} ${minuteTime(at, zone)}`
}

/** "5 s", "3 min", "2 h", "4 d" */
export function span(seconds: number | null): string {
  if (seconds === null) return MISSING
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** "25 ms", "1.2 s" */
export function milliseconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return MISSING
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`
  return Math.abs(ms) < 60_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000)
}
