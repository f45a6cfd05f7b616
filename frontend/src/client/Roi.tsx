import { CalendarRange } from "lucide-react"
import { type Decimal, isNumber, signedPercent, signOf } from "@/format/number"
import { cx } from "@/ui/cx"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import type { ClientView } from "./ClientSheet"

type Year = ClientView["performance"]["years"][number]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** Returns as months by years; on a phone each year is a block of its own. */
export function Roi({ view }: { view: Pick<ClientView, "performance"> | undefined }) {
  const years = view?.performance.years ?? []
  return (
    <Panel title="Return by month" note={view?.performance.method} className="@container" flush>
      {!view && <SkeletonRows rows={4} />}
      {view && years.length === 0 && (
        <Empty icon={CalendarRange} title="No month to show yet">
          The running month shows after its first midnight, UTC.
        </Empty>
      )}
      {years.length > 0 && (
        <>
          <Wide years={years} />
          <Narrow years={years} />
        </>
      )}
    </Panel>
  )
}

function Wide({ years }: { years: readonly Year[] }) {
  return (
    <div
      className="hidden overflow-x-auto px-3 pb-2 @4xl:block"
      tabIndex={0}
      role="group"
      aria-label="Months by years"
    >
      <table className="w-full border-separate border-spacing-0.5 text-sm">
        <thead>
          <tr>
            <th scope="col" className="h-8 text-left font-medium text-ink-3">
              Year
            </th>
            {months.map((month) => (
              <th key={month} scope="col" className="px-2 text-right font-medium text-ink-3">
                {month}
              </th>
            ))}
            <th scope="col" className="px-2 text-right font-medium text-ink-3">
              Whole year
            </th>
          </tr>
        </thead>
        <tbody>
          {years.map((year) => (
            <tr key={year.year}>
              <th scope="row" className="text-left font-medium">
                {year.year}
              </th>
              {months.map((month, index) => (
                <td key={month} className={cx("h-8 px-2 text-right", look(year.months[index]))}>
                  {signedPercent(year.months[index])}
                </td>
              ))}
              <td className={cx("px-2 text-right font-semibold", look(year.total))}>
                {signedPercent(year.total)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Narrow({ years }: { years: readonly Year[] }) {
  return (
    <div className="flex flex-col gap-4 px-3.5 pt-1 pb-2.5 @4xl:hidden">
      {years.map((year) => (
        <section key={year.year} aria-label={String(year.year)}>
          <h3 className="flex justify-between pb-1 text-sm font-semibold">
            {year.year} <span className={ink(year.total)}>{signedPercent(year.total)}</span>
          </h3>
          <dl className="grid grid-cols-3 gap-0.5 text-sm @lg:grid-cols-4 @2xl:grid-cols-6">
            {months.map((month, index) => (
              <div
                key={month}
                className={cx("flex justify-between gap-1 px-2 py-1", look(year.months[index]))}
              >
                <dt className="text-ink-3">{month}</dt>
                <dd>{signedPercent(year.months[index])}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function look(value: Decimal): string {
  if (!isNumber(value)) return "text-ink-3"
  const sign = signOf(value)
  return cx("rounded-[3px]", sign === 1 && "bg-gain-soft", sign === -1 && "bg-loss-soft", ink(value))
}

function ink(value: Decimal): string {
  const sign = signOf(value)
  return sign === 1 ? "text-gain" : sign === -1 ? "text-loss" : ""
}
