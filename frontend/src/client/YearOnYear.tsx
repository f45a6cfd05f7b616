import type { Schemas } from "@/api/client"
import { SignedShare } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows } from "@/ui/states"
import { barsOf } from "./bars"

/** The years beside each other: a bar to the right won, one to the left lost. */
export function YearOnYear({ view }: { view: { performance: Schemas["Performance"] } | undefined }) {
  const bars = barsOf(view?.performance.years ?? [])
  return (
    <Panel title="Year on year" note="Time-weighted">
      {!view && <SkeletonRows rows={3} />}
      {view && bars.length === 0 && (
        <Empty title="No year to show yet">The running year shows after its first midnight, UTC.</Empty>
      )}
      {bars.length > 0 && (
        <table className="w-full text-sm">
          <caption className="sr-only">Return of each calendar year</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Year</th>
              <th scope="col">Picture</th>
              <th scope="col">Return</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ year, total, from, width }) => (
              <tr key={year} className="border-b border-line last:border-0">
                <th scope="row" className="h-9 w-14 text-left font-medium">
                  {year}
                </th>
                <td>
                  <svg
                    aria-hidden
                    viewBox="0 0 100 10"
                    preserveAspectRatio="none"
                    className="block h-3 w-full"
                  >
                    <rect x="50" width="0.4" height="10" className="fill-edge" />
                    <rect
                      x={from}
                      width={width}
                      y="1"
                      height="8"
                      className={from < 50 ? "fill-loss" : "fill-gain"}
                    />
                  </svg>
                </td>
                <td className="w-24 text-right font-semibold">
                  <SignedShare value={total} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
