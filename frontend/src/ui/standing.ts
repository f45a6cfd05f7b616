import type { Tone } from "./Badge"

/** Which tone a status is shown in; every one is also said in words. */
const tones: Record<string, Tone> = {
  approved: "gain",
  filled: "gain",
  executed: "gain",
  done: "gain",
  ACTIVE: "gain",
  ready: "gain",
  resized: "warn",
  partly_filled: "warn",
  parked: "warn",
  unwound: "warn",
  TESTING: "warn",
  waiting: "neutral",
  working: "live",
  resting: "live",
  refused: "loss",
  rejected: "loss",
  dropped: "loss",
}

export function toneOf(status: string): Tone {
  return tones[status] ?? tones[status.toLowerCase()] ?? "neutral"
}
