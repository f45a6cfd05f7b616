import type uPlot from "uplot"
import { clockTime, day, minuteTime, month } from "@/format/time"

/** The value of a token as the page shows it now. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

/** As fine as the steps of the axis are; UTC. */
function timeLabel(time: number, step: number): string {
  if (step < 60) return clockTime(time)
  if (step < 86_400) return minuteTime(time)
  return step < 28 * 86_400 ? day(time).slice(5) : month(time)
}

/** One width for every pane, so that those above each other share their axis of time. */
const AXIS = 86
const font = "12px Inter, sans-serif"

/** Axes as every chart here has them. */
export const axes = {
  time: (): uPlot.Axis => ({
    stroke: colour("--ink-3"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    size: 26,
    space: 80,
    values: (_plot, times, _axis, _space, step) => times.map((time) => timeLabel(time * 1000, step)),
  }),
  value: (write: (value: number, step: number) => string): uPlot.Axis => ({
    side: 1,
    stroke: colour("--ink-3"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    size: AXIS,
    space: 34,
    values: (_plot, values, _axis, _space, step) => values.map((value) => write(value, step)),
  }),
}
