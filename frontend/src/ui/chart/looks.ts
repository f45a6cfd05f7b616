import type uPlot from "uplot"

/** The value of a token as the page shows it now. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

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
  }),
  value: (write: (value: number) => string): uPlot.Axis => ({
    side: 1,
    stroke: colour("--ink-3"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    size: 64,
    space: 34,
    values: (_plot, values) => values.map(write),
  }),
}
