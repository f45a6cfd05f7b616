import { lazy, Suspense, useState } from "react"
import type { Schemas } from "@/api/client"
import { percent } from "@/format/number"
import { dateTime, day, zoneName } from "@/format/time"
import { counted } from "@/format/words"
import { Button } from "../Button"
import { Amount } from "../figures"
import { Panel } from "../Panel"
import { Segments } from "../Segments"
import { Empty, Skeleton, Trouble } from "../states"
import { type Column, Table } from "../Table"
import { WhenNear } from "../WhenNear"

/** What draws is large: it comes when the words and figures around it are on the screen. */
const EquityChart = lazy(() => import("./EquityChart").then((part) => ({ default: part.EquityChart })))
const ENOUGH = 10
const SIZE = "h-[354px] w-full"
type Curve = Schemas["Curve"]
type Point = Curve["points"][number]
const spans: Record<Curve["span"], string> = { day: "1D", month: "1M", all: "All" }

interface EquityProps {
  title: string
  name: string
  curves: readonly Curve[] | undefined
  currency: string
  failure?: unknown
  retry?: () => void
  whenEmpty: string
}

/** Money over time as a picture, and the same as a table. */
export function Equity({ title, name, curves, currency, failure, retry, whenEmpty }: EquityProps) {
  const [span, setSpan] = useState<Curve["span"] | null>(null)
  const [asTable, setAsTable] = useState(false)
  const known = curves?.filter((curve) => curve.points.length > 0) ?? []
  const curve = known.find((each) => each.span === span) ?? tellingOf(known)
  return (
    <Panel
      title={title}
      note={curve && counted(curve.points.length, "point")}
      actions={
        curve && (
          <>
            {known.length > 1 && (
              <Segments
                name="Range"
                options={known.map((each) => [each.span, spans[each.span]] as const)}
                value={curve.span}
                onChange={setSpan}
              />
            )}
            <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {asTable ? "Picture" : "Data table"}
            </Button>
          </>
        )
      }
    >
      {Boolean(failure) && !curves && (
        <Trouble what={title} failure={failure} {...(retry ? { retry } : {})} />
      )}
      {!failure && !curves && <Skeleton className={SIZE} />}
      {curves && !curve && <Empty title="No line yet">{whenEmpty}</Empty>}
      {curve && !asTable && (
        <WhenNear className={SIZE}>
          <Suspense fallback={<Skeleton className={SIZE} />}>
            <EquityChart name={name} curve={curve} currency={currency} />
          </Suspense>
        </WhenNear>
      )}
      {curve && asTable && <Points name={title} curve={curve} currency={currency} />}
    </Panel>
  )
}

/** All time, unless it is a few days yet: then the curve that tells most. */
function tellingOf(known: readonly Curve[]): Curve | undefined {
  const all = known.find(({ span, points }) => span === "all" && points.length >= ENOUGH)
  return all ?? known.toSorted((one, other) => other.points.length - one.points.length)[0]
}

function Points({ name, curve, currency }: { name: string; curve: Curve; currency: string }) {
  const columns: Column<Point>[] = [
    {
      key: "at",
      title: curve.span === "day" ? zoneName() : "UTC",
      cell: (point) => (curve.span === "day" ? dateTime(point.at) : day(point.at)),
    },
    {
      key: "value",
      title: currency,
      cell: (point) => <Amount value={point.value} currency={currency} digits={2} />,
      numeric: true,
    },
    { key: "drawdown", title: "Drawdown", cell: (point) => percent(point.drawdown), numeric: true },
  ]
  return (
    <Table
      name={name}
      columns={columns}
      rows={curve.points.toReversed().slice(0, 500)}
      rowKey={(point) => point.at}
      className="max-h-[354px] overflow-y-auto"
    />
  )
}
