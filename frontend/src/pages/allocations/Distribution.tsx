import { count, fraction } from "@/format/number"
import { Plot } from "@/ui/chart/Plot"
import { scaleOf, ticksOf } from "@/ui/chart/scale"
import { Table } from "@/ui/Table"
import { Pictured, type PictureProps } from "./Pictured"
import type { Picture } from "./queries"

const HEIGHT = 230
const ROOM = { left: 10, right: 10, top: 34, bottom: 24 }

/** How the days of the proposal would have been spread, with the loss its tail begins with and the tail's mean. */
export function Distribution({ picture, ...state }: PictureProps) {
  return (
    <Pictured
      title="Return distribution"
      note={picture && `The optimized shares over ${count(picture.days)} past days; shares of equity`}
      ready={picture !== undefined}
      {...state}
      table={picture && <Days picture={picture} />}
    >
      {picture && <Drawn picture={picture} />}
    </Pictured>
  )
}

function Drawn({ picture }: { picture: Picture }) {
  const { bins } = picture
  const [low, high] = [bins[0]?.low ?? 0, bins.at(-1)?.high ?? 1]
  const most = Math.max(1, ...bins.map(({ days }) => days))
  const up = scaleOf(0, most, HEIGHT - ROOM.bottom, ROOM.top)
  const across = (width: number) => scaleOf(low, high, ROOM.left, width - ROOM.right)
  const share = fraction(picture.confidence, 0)
  const marks = [
    ["CVaR", picture.cvar, "end", -6],
    ["VaR", picture.value_at_risk, "start", 6],
  ] as const
  return (
    <Plot
      name="Return distribution with VaR and CVaR"
      height={HEIGHT}
      stops={(width) => bins.map((bin) => across(width)((bin.low + bin.high) / 2))}
      caption={(at) => {
        const bin = at === null ? undefined : bins[at]
        return bin ? (
          <>
            <span>
              From <span className="text-ink">{fraction(bin.low, 2)}</span> to{" "}
              <span className="text-ink">{fraction(bin.high, 2)}</span>
            </span>
            <span className="text-ink">{count(bin.days)} days</span>
          </>
        ) : (
          <span>
            On {share} of days no more than{" "}
            <span className="text-ink">{fraction(picture.value_at_risk, 2)}</span> was lost (VaR); the others
            lost <span className="text-ink">{fraction(picture.cvar, 2)}</span> on average (CVaR)
          </span>
        )
      }}
      draw={(width, at) => {
        const x = across(width)
        return (
          <>
            {bins.map((bin, n) => (
              <rect
                key={bin.low}
                x={x(bin.low) + 0.5}
                width={Math.max(1, x(bin.high) - x(bin.low) - 1)}
                y={up(bin.days)}
                height={HEIGHT - ROOM.bottom - up(bin.days)}
                className={
                  n === at
                    ? "fill-ink"
                    : (bin.low + bin.high) / 2 < -(picture.value_at_risk ?? 1)
                      ? "fill-loss"
                      : "fill-live"
                }
              />
            ))}
            <line
              x1={ROOM.left}
              x2={width - ROOM.right}
              y1={HEIGHT - ROOM.bottom + 0.5}
              y2={HEIGHT - ROOM.bottom + 0.5}
              className="stroke-edge"
            />
            {ticksOf(low, high, width / 90).map((tick) => (
              <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor="middle" className="fill-ink-3">
                {fraction(tick, 1)}
              </text>
            ))}
            {marks.map(
              ([name, loss, anchor, aside]) =>
                loss != null && (
                  <g key={name}>
                    <line
                      x1={x(-loss)}
                      x2={x(-loss)}
                      y1={8}
                      y2={HEIGHT - ROOM.bottom}
                      className="stroke-ink-2"
                      strokeDasharray="4 3"
                    />
                    <text x={x(-loss) + aside} y={18} textAnchor={anchor} className="fill-ink">
                      {name} {fraction(-loss, 2)}
                    </text>
                  </g>
                ),
            )}
          </>
        )
      }}
    />
  )
}

function Days({ picture }: { picture: Picture }) {
  return (
    <Table
      name="Days by what they returned"
      columns={[
        { key: "low", title: "From", cell: (bin) => fraction(bin.low, 2), numeric: true },
        { key: "high", title: "To", cell: (bin) => fraction(bin.high, 2), numeric: true },
        { key: "days", title: "Days", cell: (bin) => count(bin.days), numeric: true },
      ]}
      rows={picture.bins}
      rowKey={(bin) => bin.low}
      className="max-h-[260px] overflow-y-auto"
    />
  )
}
