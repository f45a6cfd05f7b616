import { useQuery } from "@tanstack/react-query"
import { count, fraction, plain } from "@/format/number"
import { dateTime } from "@/format/time"
import { counted } from "@/format/words"
import { Button } from "@/ui/Button"
import { Skeleton, Trouble } from "@/ui/states"
import { backtestQuery, type Strategy } from "./queries"

/** What a strategy's backtest came to, and every row of it that was refused. */
export function Backtest({ strategy, onSync }: { strategy: Strategy; onSync: () => void }) {
  const { data, error, refetch } = useQuery(backtestQuery(strategy.strategy_id))
  if (error) return <Trouble what="The backtest" failure={error} retry={() => void refetch()} />
  if (data === undefined) return <Skeleton className="h-10 w-full" />
  if (data === null) {
    return (
      <p className="flex flex-wrap items-center gap-3 whitespace-normal text-ink-2">
        Without a backtest the optimizer leaves this strategy out, and its expected alpha is unknown.
        <Button size="small" onClick={onSync}>
          Sync a backtest
        </Button>
      </p>
    )
  }
  const figures = [
    ["Sharpe, annual", plain(data.sharpe_ratio)],
    ["Max drawdown", fraction(data.max_drawdown)],
    ["Mean a day", fraction(data.mean_return_daily, 4)],
    ["Volatility a day", fraction(data.volatility_daily, 4)],
    ["Margin per unit", fraction(data.margin_per_unit)],
    ["Expected alpha", fraction(data.expected_alpha, 3)],
    ["Days", count(data.backtest_period.days)],
    ["Period", `${data.backtest_period.start} to ${data.backtest_period.end}`],
  ]
  return (
    <div className="whitespace-normal">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 xl:grid-cols-8">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-xs text-ink-3">
        {data.expected_alpha_explained} Read from {data.file} by {data.synced_by}, {dateTime(data.synced_at)}{" "}
        UTC.
        {data.refused.length > 0 && ` ${counted(data.refused.length, "row")} refused.`}
      </p>
      {[...data.notes, ...data.refused.slice(0, 20).map((line) => JSON.stringify(line))].map((note) => (
        <p key={note} className="text-xs text-ink-3">
          {note}
        </p>
      ))}
    </div>
  )
}
