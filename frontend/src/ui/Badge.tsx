import type { ReactNode } from "react"
import { cx } from "./cx"

const tones = {
  neutral: "bg-paper-soft text-ink-2",
  live: "bg-live-soft text-live",
  gain: "bg-gain-soft text-gain",
  warn: "bg-warn-soft text-warn",
  loss: "bg-loss-soft text-loss",
}
export type Tone = keyof typeof tones

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex h-[18px] shrink-0 items-center rounded-[3px] px-1.5 text-2xs font-semibold whitespace-nowrap",
        tones[tone],
      )}
    >
      {children}
    </span>
  )
}

/** Which kind of money a figure is of. */
export function ModeBadge({ mode }: { mode: "LIVE" | "PAPER" }) {
  return <Badge tone={mode === "LIVE" ? "live" : "neutral"}>{mode}</Badge>
}
