// What a trace of Chromium says about frames: how long scripts and layout held the page's own thread in each.

const WORK = new Set([
  "FunctionCall",
  "EvaluateScript",
  "FireAnimationFrame",
  "TimerFire",
  "EventDispatch",
  "RunMicrotasks",
  "MinorGC",
  "MajorGC",
  "Layout",
  "UpdateLayoutTree",
  "RecalculateStyles",
  "PrePaint",
])

const LAYOUT = new Set(["Layout", "UpdateLayoutTree", "RecalculateStyles", "PrePaint"])

/**
 * Milliseconds of script and layout in each frame, from one animation frame to the next; raster is not among them.
 * The thread's own time where the trace tells it: what else this machine does is not the page's.
 */
export function busyPerFrame(events, kinds = WORK) {
  const starts = events.filter(({ name, ph }) => name === "FireAnimationFrame" && ph === "X")
  const counts = new Map()
  for (const { pid, tid } of starts) counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1)
  const thread = [...counts].sort((one, other) => other[1] - one[1])[0]?.[0]
  const mine = (event) => `${event.pid} ${event.tid}` === thread
  const frames = []
  for (const { ts } of starts.filter(mine).sort((one, other) => one.ts - other.ts)) {
    if (frames.length === 0 || ts - frames.at(-1) > 1000) frames.push(ts)
  }
  const work = events.filter((event) => event.ph === "X" && kinds.has(event.name) && mine(event))
  const spans = outermost(work)
  return frames.slice(0, -1).map((from, index) => {
    const mineNow = spans.filter(({ ts }) => ts >= from && ts < frames[index + 1])
    return mineNow.reduce((sum, { tdur, dur }) => sum + (tdur ?? dur), 0) / 1000
  })
}

/** The same of layout alone. */
export const layoutPerFrame = (events) => busyPerFrame(events, LAYOUT)

/** The events that lie in no other: what a function called is counted once. */
function outermost(events) {
  const kept = []
  let until = Number.NEGATIVE_INFINITY
  for (const event of events.sort((one, other) => one.ts - other.ts || other.dur - one.dur)) {
    if (event.ts < until) continue
    until = event.ts + event.dur
    kept.push(event)
  }
  return kept
}

export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}
