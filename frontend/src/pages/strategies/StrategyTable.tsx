import { useQuery } from "@tanstack/react-query"
import { ChevronRight, Pencil, Trash2, Upload } from "lucide-react"
import { Fragment, useState } from "react"
import { count, percent } from "@/format/number"
import { Badge, ModeBadge } from "@/ui/Badge"
import { IconButton } from "@/ui/Button"
import { cx } from "@/ui/cx"
import { SignedAmount } from "@/ui/figures"
import { toneOf } from "@/ui/standing"
import type { Acting } from "./Act"
import { Backtest } from "./Backtest"
import { backtestedQuery, type Card, type Strategy } from "./queries"

interface StrategyTableProps {
  strategies: readonly Strategy[]
  cards: readonly Card[] | undefined
  onAct: (acting: Acting) => void
}

export function StrategyTable({ strategies, cards, onAct }: StrategyTableProps) {
  const [open, setOpen] = useState<string | null>(null)
  return (
    <div className="overflow-x-auto px-1.5" tabIndex={0} role="group" aria-label="Strategies">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-ink-3 [&>th]:h-8 [&>th]:px-2 [&>th]:text-left [&>th]:font-medium [&>th]:whitespace-nowrap">
            <th scope="col">Strategy</th>
            <th scope="col">Status</th>
            <th scope="col" className="max-md:hidden">
              Account
            </th>
            <th scope="col">Mode</th>
            <th scope="col" className="max-lg:hidden">
              Optimized
            </th>
            <th scope="col" className="max-sm:hidden !text-right">
              Allocation
            </th>
            <th scope="col" className="max-md:hidden !text-right">
              P&L today
            </th>
            <th scope="col" className="max-lg:hidden !text-right">
              Realized
            </th>
            <th scope="col" className="max-xl:hidden !text-right">
              Signals
            </th>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {strategies.map((strategy) => {
            const id = strategy.strategy_id
            return (
              <Fragment key={id}>
                <Line
                  strategy={strategy}
                  card={cards?.find((card) => card.strategy_id === id)}
                  open={open === id}
                  onToggle={() => setOpen(open === id ? null : id)}
                  onAct={onAct}
                />
                {open === id && (
                  <tr className="border-b border-line bg-bg">
                    <td colSpan={10} className="px-3 py-3">
                      <Backtest strategy={strategy} onSync={() => onAct({ what: "sync", strategy })} />
                    </td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface LineProps {
  strategy: Strategy
  card: Card | undefined
  open: boolean
  onToggle: () => void
  onAct: (acting: Acting) => void
}

function Line({ strategy, card, open, onToggle, onAct }: LineProps) {
  const { data: backtested } = useQuery(backtestedQuery)
  const bare = backtested !== undefined && !backtested.includes(strategy.strategy_id)
  return (
    <tr className="h-9 border-b border-line last:border-0 [&>td]:px-2 [&>td]:whitespace-nowrap">
      <td className={cx(bare && "shadow-[inset_2px_0_0_var(--loss)]")}>
        <button
          type="button"
          aria-expanded={open}
          onClick={onToggle}
          className="flex items-center gap-1.5 text-left"
        >
          <ChevronRight
            aria-hidden
            className={cx("size-3.5 text-ink-3 transition-transform", open && "rotate-90")}
          />
          <span>
            <span className="font-medium">{strategy.strategy_name}</span>
            {strategy.strategy_name !== strategy.strategy_id && (
              <span className="ml-2 text-ink-3">{strategy.strategy_id}</span>
            )}
            {bare && <span className="ml-2 text-xs text-loss">No backtest</span>}
          </span>
        </button>
      </td>
      <td>
        <button
          type="button"
          onClick={() => onAct({ what: "status", strategy })}
          aria-label={`${strategy.status}: change the status of ${strategy.strategy_id}`}
        >
          <Badge tone={toneOf(strategy.status)}>{strategy.status}</Badge>
        </button>
      </td>
      <td className="text-ink-2 max-md:hidden">{strategy.account}</td>
      <td>
        <button
          type="button"
          onClick={() => onAct({ what: "mode", strategy })}
          aria-label={`${strategy.trading_mode}: change the mode of ${strategy.strategy_id}`}
        >
          <ModeBadge mode={strategy.trading_mode} />
        </button>
      </td>
      <td className="text-ink-2 max-lg:hidden">{strategy.include_in_optimization ? "Yes" : "No"}</td>
      <td className="text-right max-sm:hidden">{percent(card?.allocation_percent, 1)}</td>
      <td className="text-right max-md:hidden">
        <SignedAmount value={card?.pnl_today} currency={card?.currency ?? "USD"} />
      </td>
      <td className="text-right max-lg:hidden">
        <SignedAmount value={card?.realized_pnl} currency={card?.currency ?? "USD"} />
      </td>
      <td className="text-right max-xl:hidden">{count(card?.signals)}</td>
      <td className="text-right">
        <IconButton
          label={`Edit ${strategy.strategy_id}`}
          className="size-7"
          onClick={() => onAct({ what: "edit", strategy })}
        >
          <Pencil aria-hidden className="size-3.5" />
        </IconButton>
        <IconButton
          label={`Sync the backtest of ${strategy.strategy_id}`}
          className="size-7"
          onClick={() => onAct({ what: "sync", strategy })}
        >
          <Upload aria-hidden className="size-3.5" />
        </IconButton>
        <IconButton
          label={`Delete ${strategy.strategy_id}`}
          className="size-7 max-sm:hidden"
          onClick={() => onAct({ what: "delete", strategy })}
        >
          <Trash2 aria-hidden className="size-3.5" />
        </IconButton>
      </td>
    </tr>
  )
}
