import type { Schemas } from "@/api/client"
import { fraction, percent } from "@/format/number"
import { words } from "@/format/words"
import { Amount } from "@/ui/figures"

/** The figures that an entry was sized from. */
export function Grounds({ grounds }: { grounds: Schemas["Grounds"] }) {
  const { base_currency: currency } = grounds
  const figures = [
    ["Equity", <Amount key="e" value={grounds.equity} currency={currency} />],
    ["Allocation", percent(grounds.allocation_percent)],
    ["Capital", <Amount key="c" value={grounds.capital} currency={currency} />],
    ["In use", <Amount key="u" value={grounds.in_use} currency={currency} />],
    ["Sized by", words(grounds.sizing)],
    ["Expected alpha", fraction(grounds.expected_alpha)],
    ["Adverse move", fraction(grounds.adverse_move)],
    ["Alpha lost", fraction(grounds.alpha_lost, 0)],
  ] as const
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line pt-3 sm:grid-cols-4">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="text-sm font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
