import { isNumber, plain } from "@/format/number"
import { day } from "@/format/time"
import { Figure, FigureRow, FiguresWaiting } from "@/ui/FigureRow"
import { Amount, SignedAmount, SignedShare } from "@/ui/figures"
import type { ClientView } from "./ClientSheet"

/** What it is worth, what was put in, and the two ways to say what that made. */
export function Capital({ view }: { view: ClientView | undefined }) {
  if (!view) return <FiguresWaiting figures={6} />
  const { currency, performance } = view
  return (
    <FigureRow name="Capital and returns">
      <Figure name={`Capital, ${currency}`} large note={<Holding view={view} />}>
        <Amount value={view.capital} currency={currency} digits={2} />
      </Figure>
      <Figure name="Gain over money put in" note={<SignedShare value={view.gain_percent} />}>
        <SignedAmount value={view.gain} currency={currency} digits={2} />
      </Figure>
      <Figure name="Return since inception" note={<Since performance={performance} />}>
        <SignedShare value={performance.total} />
      </Figure>
      <Figure name="This month">
        <SignedShare value={performance.month} />
      </Figure>
      <Figure name="This year">
        <SignedShare value={performance.year} />
      </Figure>
      <Figure name="Deposits" note={<Transit view={view} />}>
        <Amount value={view.deposits} currency={currency} digits={2} />
      </Figure>
      <Figure name="Withdrawals">
        <Amount value={view.withdrawals} currency={currency} digits={2} />
      </Figure>
    </FigureRow>
  )
}

function Holding({ view }: { view: ClientView }) {
  if (!isNumber(view.capital)) return <>Not valued yet</>
  return (
    <>
      {plain(view.units, 4)} units at {plain(view.unit_price, 4)}
    </>
  )
}

function Since({ performance }: { performance: ClientView["performance"] }) {
  return (
    <>
      {performance.since ? `Since ${day(performance.since)}` : "From the first deposit on"}
      <div>
        {isNumber(performance.annualized) ? (
          <>
            <SignedShare value={performance.annualized} /> a year
          </>
        ) : (
          performance.since && "Annualised after a year"
        )}
      </div>
    </>
  )
}

function Transit({ view }: { view: ClientView }) {
  if (Number(view.in_transit) === 0) return null
  return (
    <>
      <Amount value={view.in_transit} currency={view.currency} digits={2} /> in transit
    </>
  )
}
