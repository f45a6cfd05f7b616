import type { ReactNode } from "react"
import type { Schemas } from "@/api/client"
import { fraction } from "@/format/number"
import { Plot } from "@/ui/chart/Plot"
import { scaleOf, ticksOf } from "@/ui/chart/scale"
import { Table } from "@/ui/Table"
import { Pictured, type PictureProps } from "./Pictured"
import type { Picture } from "./queries"

type Point = Schemas["RiskAndReturn"]
const HEIGHT = 264
const ROOM = { left: 26, right: 58, top: 14, bottom: 40 }
const names = { limit: "Frontier", proposed: "Optimized", current: "Current" }
const dots = {
  proposed: "fill-live stroke-panel",
  current: "fill-panel stroke-ink",
  strategy: "fill-ink-3 stroke-panel",
}

/** What more risk would bring: the frontier, with the proposal, what holds, and each strategy alone. */
export function Frontier({ picture, ...state }: PictureProps) {
  return (
    <Pictured
      title="Efficient frontier"
      note="Mean return over CVaR, of a day, shares of equity"
      ready={picture !== undefined}
      {...state}
      table={picture && <Points picture={picture} />}
    >
      {picture && <Drawn picture={picture} />}
    </Pictured>
  )
}

function Drawn({ picture }: { picture: Picture }) {
  const line = picture.frontier
  const all = [...line, ...picture.beside].toSorted((one, other) => one.cvar - other.cvar)
  const widest = Math.max(...all.map(({ cvar }) => cvar)) * 1.04
  const means = all.map(({ mean }) => mean)
  const [least, most] = [Math.min(0, ...means), Math.max(...means) * 1.08]
  const across = (width: number) => scaleOf(0, widest, ROOM.left, width - ROOM.right)
  const up = scaleOf(least, most, HEIGHT - ROOM.bottom, ROOM.top)
  const proposed = picture.beside.find(({ of }) => of === "proposed")
  return (
    <Plot
      name="Efficient frontier"
      height={HEIGHT}
      stops={(width) => all.map(({ cvar }) => across(width)(cvar))}
      caption={(at) => <Said point={at === null ? proposed : all[at]} />}
      draw={(width, at) => {
        const x = across(width)
        const chosen = at === null ? undefined : all[at]
        return (
          <>
            {ticksOf(least, most, 4).map((tick) => (
              <g key={tick}>
                <line
                  x1={ROOM.left}
                  x2={width - ROOM.right}
                  y1={up(tick)}
                  y2={up(tick)}
                  className="stroke-line"
                />
                <text x={width - ROOM.right + 8} y={up(tick)} dy="0.32em" className="fill-ink-3">
                  {fraction(tick, 2)}
                </text>
              </g>
            ))}
            {ticksOf(0, widest, width / 110).map((tick) => (
              <text
                key={tick}
                x={x(tick)}
                y={HEIGHT - ROOM.bottom + 18}
                textAnchor="middle"
                className="fill-ink-3"
              >
                {fraction(tick, 1)}
              </text>
            ))}
            <text x={(width - ROOM.right) / 2} y={HEIGHT - 4} textAnchor="middle" className="fill-ink-3">
              CVaR {fraction(picture.confidence, 0)}
            </text>
            <polyline
              points={line.map(({ cvar, mean }) => `${x(cvar)},${up(mean)}`).join(" ")}
              className="fill-none stroke-live"
              strokeWidth={1.8}
            />
            {chosen && (
              <line
                x1={x(chosen.cvar)}
                x2={x(chosen.cvar)}
                y1={ROOM.top}
                y2={HEIGHT - ROOM.bottom}
                className="stroke-edge"
              />
            )}
            {picture.beside.toReversed().map((each) => (
              <Dot
                key={`${each.of} ${each.name}`}
                point={each}
                x={x(each.cvar)}
                y={up(each.mean)}
                end={width - ROOM.right}
              />
            ))}
          </>
        )
      }}
    />
  )
}

function Dot({ point, x, y, end }: { point: Point; x: number; y: number; end: number }) {
  const tight = x > end - 90 || point.of === "proposed"
  return (
    <>
      <circle
        cx={x}
        cy={y}
        r={point.of === "strategy" ? 4 : 6}
        strokeWidth={1.6}
        className={point.of === "limit" ? "" : dots[point.of]}
      />
      <text
        x={tight ? x - 10 : x + 10}
        y={y}
        dy={point.of === "current" ? "1.3em" : point.of === "proposed" ? "-0.6em" : "0.32em"}
        textAnchor={tight ? "end" : "start"}
        className={point.of === "strategy" ? "fill-ink-2" : "fill-ink font-semibold"}
      >
        {point.of === "strategy" && end < 420 ? "" : nameOf(point)}
      </text>
    </>
  )
}

function Said({ point }: { point: Point | undefined }) {
  if (!point) return null
  const said = (name: string, value: ReactNode) => (
    <span>
      {name} <span className="text-ink">{value}</span>
    </span>
  )
  return (
    <>
      <span className="text-ink">{nameOf(point)}</span>
      {said("CVaR", fraction(point.cvar, 2))}
      {said("Mean", fraction(point.mean, 3))}
    </>
  )
}

function Points({ picture }: { picture: Picture }) {
  return (
    <Table
      name="Points of the efficient frontier"
      columns={[
        { key: "of", title: "What", cell: nameOf },
        { key: "cvar", title: "CVaR", cell: (one) => fraction(one.cvar, 2), numeric: true },
        { key: "mean", title: "Mean return", cell: (one) => fraction(one.mean, 3), numeric: true },
      ]}
      rows={[...picture.beside, ...picture.frontier]}
      rowKey={(one) => `${one.of} ${one.name} ${one.cvar}`}
      className="max-h-[290px] overflow-y-auto"
    />
  )
}

function nameOf(point: Point): string {
  if (point.of === "strategy") return point.name
  return names[point.of]
}
