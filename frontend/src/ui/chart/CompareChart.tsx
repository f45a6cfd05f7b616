import "uplot/dist/uPlot.min.css"
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react"
import uPlot from "uplot"
import { fraction, money } from "@/format/number"
import { usePreferences } from "../preferences"
import { axes, axisFraction, axisMoney, colour, PADDING } from "./looks"

export interface Line {
  days: readonly string[]
  equity: readonly number[]
  drawdown: readonly number[]
}

/** Two desks over the same days: as it is, and as asked; their drawdowns beneath. */
export function CompareChart({ before, after }: { before: Line | null; after: Line }) {
  const box = useRef<HTMLDivElement>(null)
  const plots = useRef<uPlot[]>([])
  const [at, setAt] = useState<number | null>(null)
  const { theme } = usePreferences()
  const summary = useId()
  const last = after.days.length - 1
  const shown = at ?? last

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const home = box.current
    if (!home) return
    plots.current = draw(home, before, after, setAt)
    const watch = new ResizeObserver(() => {
      for (const plot of plots.current) plot.setSize({ width: home.clientWidth, height: plot.height })
    })
    watch.observe(home)
    return () => {
      watch.disconnect()
      for (const plot of plots.current) plot.destroy()
      home.replaceChildren()
    }
  }, [before, after, theme])

  function moveCursor(event: KeyboardEvent) {
    const moved = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -1e9, End: 1e9 }[event.key]
    if (moved === undefined) return
    event.preventDefault()
    const next = Math.min(last, Math.max(0, shown + moved))
    setAt(next)
    const x = plots.current[0]?.data[0][next]
    if (x !== undefined)
      for (const plot of plots.current) plot.setCursor({ left: plot.valToPos(x, "x"), top: 10 })
  }

  return (
    <figure className="m-0">
      <figcaption
        id={summary}
        className="flex flex-wrap gap-x-5 text-sm text-ink-3"
        aria-live={at === null ? "off" : "polite"}
      >
        <span>
          Date <span className="text-ink">{after.days[shown]}</span>
        </span>
        <span>
          <span className="text-live">As asked</span>{" "}
          <span className="text-ink">{money(after.equity[shown])}</span>{" "}
          <span className="text-loss">{fraction(after.drawdown[shown], 1)}</span>
        </span>
        {before && (
          <span>
            As it is (dashed){" "}
            <span className="text-ink">
              {money(before.equity[before.days.indexOf(after.days[shown] ?? "")] ?? null)}
            </span>
          </span>
        )}
      </figcaption>
      <div
        ref={box}
        tabIndex={0}
        role="img"
        aria-label="Equity before and after, with drawdown; arrow keys move along it"
        aria-describedby={summary}
        onKeyDown={moveCursor}
        className="min-h-[310px]"
      />
    </figure>
  )
}

function draw(
  home: HTMLElement,
  before: Line | null,
  after: Line,
  onCursor: (index: number | null) => void,
): uPlot[] {
  const times = after.days.map((day) => Date.parse(day) / 1000)
  const cursor: uPlot.Cursor = {
    sync: { key: `compare-${Math.round(performance.now())}` },
    y: false,
    drag: { x: false, y: false },
  }
  const shared = {
    width: home.clientWidth,
    cursor,
    legend: { show: false },
    padding: PADDING,
  }
  const old = before ? aligned(before, after.days) : null
  const lines = (stroke: string): uPlot.Series[] => [
    {},
    { stroke, width: 1.6, points: { show: false } },
    ...(old
      ? [{ stroke: colour("--ink-3"), width: 1.2, dash: [5, 4], points: { show: false }, spanGaps: true }]
      : []),
  ]
  const equity = new uPlot(
    {
      ...shared,
      height: 210,
      axes: [{ ...axes.time(), show: false }, axes.value(axisMoney)],
      series: lines(colour("--live")),
      hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
    },
    [times, [...after.equity], ...(old ? [old.equity] : [])],
    home,
  )
  const drawdown = new uPlot(
    {
      ...shared,
      padding: [8, 0, 0, 28],
      height: 100,
      axes: [axes.time(), axes.value(axisFraction)],
      series: lines(colour("--loss")),
    },
    [times, [...after.drawdown], ...(old ? [old.drawdown] : [])],
    home,
  )
  return [equity, drawdown]
}

/** The other desk's points on the same days; days that were thinned away there are gaps. */
function aligned(line: Line, days: readonly string[]) {
  const place = new Map(line.days.map((day, index) => [day, index]))
  const on = (values: readonly number[]) => days.map((day) => values[place.get(day) ?? -1] ?? null)
  return { equity: on(line.equity), drawdown: on(line.drawdown) }
}
