import type { Who } from "@/api/session"

/** The desk writes down at most once a minute that a session is used. */
const NOTED_EVERY = 60_000

/** When the session ends and why, for one that was asked about at *asked* and used last at *used*; null: unknown. */
export function endingOf(who: Who, asked: number, used: number): { at: number; idle: boolean } | null {
  const end = who.ends_at ? Date.parse(who.ends_at) : Number.POSITIVE_INFINITY
  const told = who.idle_until ? Date.parse(who.idle_until) : Number.POSITIVE_INFINITY
  const unused = Math.max(told, told + used - asked - NOTED_EVERY)
  const at = Math.min(end, unused)
  return Number.isFinite(at) ? { at, idle: unused < end } : null
}
