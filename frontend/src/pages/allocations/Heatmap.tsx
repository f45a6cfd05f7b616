import { type KeyboardEvent, useState } from "react"
import type { Schemas } from "@/api/client"
import { plain } from "@/format/number"
import { stamped } from "@/format/time"
import { cx } from "@/ui/cx"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"

interface HeatmapProps {
  run: Schemas["OptimizationSummary"] | undefined
  failure: unknown
  retry: () => void
}

/** How alike the strategies are: a real table, blue apart, orange together, the value in every cell. */
export function Heatmap({ run, failure, retry }: HeatmapProps) {
  const names = Object.keys(run?.weights ?? {})
  const [[row, column], setAt] = useState<[number, number]>([1, 0])
  const chosen = run?.correlation[row]?.[column]
  return (
    <Panel
      title="Strategy correlations"
      note={run && `Daily returns of the run of ${stamped(run.started_at)}`}
    >
      {Boolean(failure) && !run && <Trouble what="Correlations" failure={failure} retry={retry} />}
      {!failure && !run && <SkeletonRows rows={5} />}
      {run && run.correlation.length === 0 && (
        <Empty title="Nothing to compare">Two strategies with backtests are needed.</Empty>
      )}
      {run && run.correlation.length > 0 && (
        <>
          <div className="overflow-x-auto pb-1">
            <table
              className="border-separate border-spacing-0.5 text-xs"
              onKeyDown={(event) => move(event, names.length)}
            >
              <caption className="sr-only">
                Correlations of daily returns; arrow keys move among the cells
              </caption>
              <thead>
                <tr>
                  <td />
                  {names.map((name, index) => (
                    <th
                      key={name}
                      scope="col"
                      className={cx(
                        "h-26 px-1 align-bottom font-normal",
                        index === column ? "text-ink" : "text-ink-3",
                      )}
                    >
                      <span className="inline-block max-h-25 truncate [writing-mode:vertical-rl] rotate-180">
                        {name}
                      </span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {names.map((name, index) => (
                  <tr key={name}>
                    <th
                      scope="row"
                      className={cx(
                        "max-w-32 truncate pr-2 text-right font-normal",
                        index === row ? "text-ink" : "text-ink-3",
                      )}
                    >
                      {name}
                    </th>
                    {run.correlation[index]?.map((value, other) => (
                      <Cell
                        key={names[other] ?? other}
                        value={value}
                        same={index === other}
                        current={index === row && other === column}
                        onFocus={() => setAt([index, other])}
                      />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
            <p aria-live="polite">
              {names[row]} with {names[column]}{" "}
              <strong className="font-semibold text-ink">{plain(chosen)}</strong>
            </p>
            <p className="ml-auto flex items-center gap-1.5">
              −1 <span aria-hidden className="heat-scale h-2 w-20 rounded-sm" /> +1, outlined: 0.70 or
              stronger
            </p>
          </div>
        </>
      )}
    </Panel>
  )
}

function Cell(props: { value: number; same: boolean; current: boolean; onFocus: () => void }) {
  const { value, same } = props
  const strength = Math.round(Math.min(1, Math.abs(value)) * 10)
  return (
    <td
      tabIndex={props.current ? 0 : -1}
      onFocus={props.onFocus}
      onMouseEnter={props.onFocus}
      data-heat={same ? "same" : `${value < 0 ? "apart" : "together"}-${strength}`}
      className={cx(
        "heat size-9 min-w-9 rounded-[3px] text-center",
        !same && Math.abs(value) >= 0.7 && "font-semibold outline outline-ink",
      )}
    >
      {same ? "1" : plain(value).replace(/^(−?)0\./, "$1.")}
    </td>
  )
}

function move(event: KeyboardEvent<HTMLTableElement>, size: number): void {
  const cell = (event.target as HTMLElement).closest("td")
  const line = cell?.parentElement
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
  if (!cell || !line || !step) return
  event.preventDefault()
  const rows = event.currentTarget.tBodies[0]?.rows
  const at = [...(rows ?? [])].indexOf(line as HTMLTableRowElement) + (step[0] ?? 0)
  const column = Math.min(size, Math.max(1, cell.cellIndex + (step[1] ?? 0)))
  const next = rows?.[at]?.cells[column]
  if (next) next.focus()
}
