import type { ReactNode } from "react"
import type { Overview } from "@/api/overview"
import { count, isNumber, percent } from "@/format/number"
import { counted } from "@/format/words"
import { cx } from "@/ui/cx"
import { Amount, SignedAmount, SignedShare } from "@/ui/figures"
import { Meter } from "@/ui/Meter"
import { Skeleton } from "@/ui/states"

/** The figures that say how things stand, across the page. */
export function Standing({ overview, mode }: { overview: Overview | undefined; mode: string }) {
  if (!overview) return <Waiting />
  const { currency } = overview
  return (
    <dl className="grid grid-cols-2 rounded-md border border-line bg-panel md:grid-cols-[1.35fr_1.2fr_1.35fr_.9fr_1fr]">
      <Figure name={`Equity, ${currency}`} className="col-span-2 md:col-span-1" large>
        <Amount value={overview.equity} currency={currency} />
        {!isNumber(overview.equity) && <Note>No {mode} account has reported yet</Note>}
        {overview.unconverted.length > 0 && (
          <Note>
            Without {overview.unconverted.join(", ")}: no known rate to {currency}
          </Note>
        )}
      </Figure>
      <Figure name="P&L since 00:00 UTC">
        <SignedAmount value={overview.pnl_today} currency={currency} />
        <Note>
          <SignedShare value={overview.pnl_today_percent} />
        </Note>
      </Figure>
      <Figure name="Margin used">
        {percent(overview.margin_percent_of_equity, 1)}{" "}
        <span className="text-sm font-normal text-ink-3">
          <Amount value={overview.margin_used} currency={currency} /> of{" "}
          <Amount value={overview.margin_limit} currency={currency} />
        </span>
        <Meter name="Margin used of its limit" percent={overview.margin_percent_of_limit} />
      </Figure>
      <Figure name="Open positions">
        {count(overview.open_positions)}
        <Note>{counted(overview.accounts.length, "account")}</Note>
      </Figure>
      <Figure name="Unrealized P&L">
        <SignedAmount value={overview.unrealized_pnl} currency={currency} />
        <Note>{counted(overview.open_alerts, "open alert")}</Note>
      </Figure>
    </dl>
  )
}

function Figure(props: { name: string; children: ReactNode; className?: string; large?: boolean }) {
  return (
    <div
      className={cx(
        "min-w-0 border-line px-3.5 py-2.5 max-md:odd:border-l-0 md:not-first:border-l",
        props.className,
      )}
    >
      <dt className="truncate text-xs text-ink-3">{props.name}</dt>
      <dd className={cx("mt-0.5 font-semibold", props.large ? "text-2xl tracking-tight" : "text-xl")}>
        {props.children}
      </dd>
    </div>
  )
}

function Note({ children }: { children: ReactNode }) {
  return <div className="mt-0.5 text-xs font-normal text-ink-2">{children}</div>
}

function Waiting() {
  return (
    <div
      role="status"
      className="grid grid-cols-2 gap-6 rounded-md border border-line bg-panel px-3.5 py-3 md:grid-cols-5"
    >
      <span className="sr-only">Loading</span>
      {Array.from({ length: 5 }, (_, each) => (
        <div key={each} className="flex flex-col gap-2">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-7 w-32" />
        </div>
      ))}
    </div>
  )
}
