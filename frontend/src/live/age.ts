export type Freshness = "fresh" | "late" | "stale" | "unknown"

export interface Dated {
  readonly as_of?: string | null
  readonly expected_every?: number | null
}

/** Amber past twice what is expected, red past four times. */
export function freshnessOf(document: Dated | undefined, now: number): Freshness {
  const seconds = ageOf(document?.as_of, now)
  if (seconds === null || !document?.expected_every) return "unknown"
  if (seconds > 4 * document.expected_every) return "stale"
  if (seconds > 2 * document.expected_every) return "late"
  return "fresh"
}

/** Seconds since *at*, never negative; null where nothing is known. */
export function ageOf(at: string | null | undefined, now: number): number | null {
  const then = at ? Date.parse(at) : Number.NaN
  return Number.isNaN(then) ? null : Math.max(0, (now - then) / 1000)
}
