import type uPlot from "uplot"
import { fraction, money, percent, shortMoney } from "@/format/number"
import { clockTime, day, minuteTime, month } from "@/format/time"

/** The value of a token as the page shows it now. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

/** As fine as the steps of the axis are: times in the account's zone, days of UTC. */
function timeLabel(time: number, step: number): string {
  if (step < 60) return clockTime(time)
  if (step < 86_400) return minuteTime(time)
  return step < 28 * 86_400 ? day(time).slice(5) : month(time)
}

/** "$2.0M" where steps are wide, every digit where they are not: no two labels are the same. */
export function axisMoney(value: number, step: number, currency?: string): string {
  return step >= Math.abs(value) / 100 && Math.abs(value) >= 10_000
    ? shortMoney(value, currency)
    : money(value, currency, step < 1 ? 2 : 0)
}

/** Per cent with as many digits as the steps need. */
export const axisPercent = (value: number, step: number) => percent(value, step < 0.1 ? 2 : step < 1 ? 1 : 0)
export const axisFraction = (value: number, step: number) =>
  fraction(value, step < 0.001 ? 2 : step < 0.01 ? 1 : 0)

/** Room left of the first label, half of which lies outside of the line. */
export const PADDING: uPlot.Padding = [8, 0, 8, 28]

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
