import { useSyncExternalStore } from "react"

/** Milliseconds that the server's clock is ahead of this machine's; ages count on the server's. */
let ahead = 0
let known = false
const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined
let tick = Date.now()

/** Take the server's time from an answer's Date header (whole seconds) or from a heartbeat (exact). */
export function noteServerTime(said: string | null, exact = false): void {
  const at = said ? Date.parse(said) : Number.NaN
  if (Number.isNaN(at)) return
  const difference = at + (exact ? 0 : 500) - Date.now()
  if (!known || exact || Math.abs(difference - ahead) > 1500) ahead = difference
  known = true
}

export function serverNow(): number {
  return Date.now() + ahead
}

/** The server's time in milliseconds, anew every second. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tick)
  return tick + ahead
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  tick = Date.now()
  ticking ??= setInterval(() => {
    tick = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(ticking)
      ticking = undefined
    }
  }
}
