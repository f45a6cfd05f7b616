import "uplot/dist/uPlot.min.css"
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react"
import uPlot from "uplot"
import type { Schemas } from "@/api/client"
import { money, percent, signedMoney } from "@/format/number"
import { day, homeZone, stamped } from "@/format/time"
import { usePreferences } from "../preferences"
import { axes, axisMoney, axisPercent, colour, PADDING } from "./looks"

type Curve = Schemas["Curve"]

interface EquityChartProps {
  name: string
  curve: Curve
  currency: string
}

/** A line of money with what it has lost since its peak beneath, on one axis of time. */
export function EquityChart({ name, curve, currency }: EquityChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plots = useRef<uPlot[]>([])
  const drawn = useRef(curve)
  const [at, setAt] = useState<number | null>(null)
  const { theme, hideAmounts } = usePreferences()
  const summary = useId()
  const points = curve.points
  const shown = points[at ?? points.length - 1]
  const onDay = curve.span === "day"

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours read from the page; new points are set below
  useEffect(() => {
    const home = box.current
    if (!home) return
    const [above, below] = [document.createElement("div"), document.createElement("div")]
    home.replaceChildren(above, below)
    drawn.current = curve
    plots.current = draw(above, below, drawn, currency, hideAmounts, setAt)
    const fit = () => {
      for (const plot of plots.current) plot.setSize({ width: home.clientWidth, height: plot.height })
    }
    const watch = new ResizeObserver(fit)
    watch.observe(home)
    return () => {
      watch.disconnect()
      for (const plot of plots.current) plot.destroy()
      plots.current = []
    }
  }, [curve.span, currency, theme, hideAmounts])

  useEffect(() => {
    if (drawn.current === curve) return
    drawn.current = curve
    const [equity, drawdown] = dataOf(curve)
    plots.current[0]?.setData(equity)
    plots.current[1]?.setData(drawdown)
  }, [curve])

  function moveCursor(event: KeyboardEvent) {
    const moved = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -1e9, End: 1e9 }[event.key]
    if (moved === undefined) return
    event.preventDefault()
    const next = Math.min(points.length - 1, Math.max(0, (at ?? points.length - 1) + moved))
    setAt(next)
    const x = plots.current[0]?.data[0][next]
    if (x !== undefined)
      for (const plot of plots.current) plot.setCursor({ left: plot.valToPos(x, "x"), top: 10 })
  }

  return (
    <figure className="m-0">
      <figcaption
        id={summary}
        className="flex min-h-6 flex-wrap gap-x-5 text-sm text-ink-3"
        aria-live={at === null ? "off" : "polite"}
      >
        {shown && (
          <>
            <span>
              {onDay ? "Time" : "Date"}{" "}
              <span className="text-ink">{onDay ? `${stamped(shown.at)}` : day(shown.at)}</span>
            </span>
            <span>
              {name} <span className="text-ink">{hideAmounts ? "•••••" : money(shown.value, currency)}</span>
            </span>
            <span>
              Drawdown <span className="text-loss">{percent(shown.drawdown)}</span>
            </span>
            {curve.flows.length > 0 && <span>Deposits and withdrawals marked</span>}
          </>
        )}
      </figcaption>
      <div
        ref={box}
        tabIndex={0}
        role="img"
        aria-label={`${name} and drawdown; arrow keys move along it`}
        aria-describedby={summary}
        onKeyDown={moveCursor}
        className="min-h-[330px]"
      />
    </figure>
  )
}

/** The curve as the two plots read it, on one axis of time. */
function dataOf({ points }: Curve): [uPlot.AlignedData, uPlot.AlignedData] {
  const times = points.map(({ at }) => Date.parse(at) / 1000)
  return [
    [times, points.map(({ value }) => Number(value))],
    [times, points.map(({ drawdown }) => Number(drawdown))],
  ]
}

function draw(
  above: HTMLElement,
  below: HTMLElement,
  drawn: RefObject<Curve>,
  currency: string,
  hidden: boolean,
  onCursor: (index: number | null) => void,
): uPlot[] {
  const onDay = drawn.current.span === "day"
  const [values, losses] = dataOf(drawn.current)
  const width = above.parentElement?.clientWidth ?? 600
  const sync = { key: `equity-${Math.round(performance.now())}` }
  const cursor: uPlot.Cursor = { sync, y: false, points: { size: 6 }, drag: { x: false, y: false } }
  const followed = (plot: uPlot) => onCursor(plot.cursor.idx ?? null)
  const shared = {
    width,
    cursor,
    legend: { show: false },
    padding: PADDING,
    tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1e3), onDay ? homeZone() : "UTC"),
  }
  const equity = new uPlot(
    {
      ...shared,
      height: 230,
      scales: { x: { time: true } },
      axes: [
        { ...axes.time(), show: false },
        axes.value((value, step) => (hidden ? "•••" : axisMoney(value, step, currency))),
      ],
      series: [
        {},
        { stroke: colour("--live"), width: 1.6, points: { show: (plot) => plot.data[0].length < 2 } },
      ],
      hooks: { setCursor: [followed], draw: [(plot) => markFlows(plot, drawn.current, currency, hidden)] },
    },
    values,
    above,
  )
  const drawdown = new uPlot(
    {
      ...shared,
      padding: [8, 0, 0, 28],
      height: 100,
      scales: { x: { time: true }, y: { range: (_plot, low) => [Math.min(low ?? -1, -0.5), 0] } },
      axes: [axes.time(), axes.value(axisPercent)],
      series: [
        {},
        {
          stroke: colour("--loss"),
          width: 1,
          fill: colour("--loss-soft"),
          points: { show: false },
          fillTo: 0,
        },
      ],
    },
    losses,
    below,
  )
  return [equity, drawdown]
}

/** Money that came or went is no profit and no loss: a tick on the axis says so. */
function markFlows(plot: uPlot, curve: Curve, currency: string, hidden: boolean): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px Inter, sans-serif`
  for (const flow of curve.flows) {
    const x = plot.valToPos(Date.parse(flow.at) / 1000, "x", true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = colour(flow.amount.startsWith("-") ? "--warn" : "--ink-3")
    ctx.fillRect(x - devicePixelRatio / 2, bbox.top, devicePixelRatio, bbox.height)
    ctx.textAlign = x < bbox.left + 40 * devicePixelRatio ? "left" : "center"
    if (!hidden && curve.flows.length < 12)
      ctx.fillText(
        signedMoney(flow.amount, currency),
        x + 4 * devicePixelRatio,
        bbox.top + 10 * devicePixelRatio,
      )
  }
  ctx.restore()
}
