import type { Schemas } from "@/api/client"
import { isNumber, quantity } from "@/format/number"
import { words } from "@/format/words"
import { cx } from "@/ui/cx"

type Leg = Schemas["LegDecision"]

interface Rung {
  name: string
  value: string
  bound: boolean
  facts: Record<string, string>
}

/** How an order got its size: each cap a rung, shorter where it bound. */
export function Ladder({ leg }: { leg: Leg }) {
  const rungs = rungsOf(leg)
  const widest = Math.max(...rungs.map((rung) => Number(rung.value)), 0)
  return (
    <div>
      <p className="mb-1.5 flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="font-medium">
          {leg.side} {leg.instrument}
        </span>
        <span className="text-ink-3">{words(leg.intent)}</span>
        {isNumber(leg.asked) && (
          <span className="text-ink-3">sender asked {quantity(leg.asked)} of theirs</span>
        )}
        <span className="ml-auto font-semibold">
          {leg.refused ? (
            <span className="text-loss">{words(leg.refused)}</span>
          ) : isNumber(leg.quantity) ? (
            quantity(leg.quantity)
          ) : (
            "Sized later"
          )}
        </span>
      </p>
      {rungs.length > 0 && (
        <ol aria-label={`Sizes of ${leg.instrument}, cap by cap`} className="flex flex-col gap-1">
          {rungs.map((rung, index) => (
            <Step key={index} rung={rung} widest={widest} last={index === rungs.length - 1} />
          ))}
        </ol>
      )}
      {leg.closes.length > 0 && (
        <p className="text-xs text-ink-3">
          Closes{" "}
          {leg.closes
            .map((close) => `${quantity(close.quantity)} of entry ${close.lot.slice(0, 8)}…`)
            .join(", ")}
        </p>
      )}
    </div>
  )
}

function Step({ rung, widest, last }: { rung: Rung; widest: number; last: boolean }) {
  const share = widest > 0 ? (100 * Number(rung.value)) / widest : 0
  const facts = Object.entries(rung.facts)
  return (
    <li className="text-sm">
      <div className="grid grid-cols-[8.5rem_minmax(0,1fr)_6.75rem] items-center gap-2">
        <span className={cx("truncate", rung.bound ? "font-medium text-warn" : "text-ink-2")}>
          {rung.name}
        </span>
        <svg aria-hidden viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2.5 w-full">
          <rect width="100" height="8" rx="1" className="fill-hover" />
          <rect
            width={share}
            height="8"
            rx="1"
            className={rung.bound ? "fill-bar" : last ? "fill-live" : "fill-edge"}
          />
        </svg>
        <span className={cx("text-right", last && "font-semibold")}>{quantity(rung.value)}</span>
      </div>
      {facts.length > 0 && (
        <details className="ml-[8.5rem] pl-2 text-xs text-ink-3">
          <summary className="w-fit cursor-pointer">{rung.bound ? "Bound here" : "Numbers"}</summary>
          <dl className="grid grid-cols-[auto_1fr] gap-x-3 py-1">
            {facts.map(([name, value]) => (
              <div key={name} className="contents">
                <dt>{words(name)}</dt>
                <dd className="text-ink-2">{quantity(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  )
}

function rungsOf(leg: Leg): Rung[] {
  if (!isNumber(leg.wanted)) return []
  const rungs: Rung[] = [{ name: "Wanted", value: String(leg.wanted), bound: false, facts: {} }]
  for (const cap of leg.caps) {
    rungs.push({
      name: words(cap.name),
      value: cap.given,
      bound: Number(cap.given) < Number(cap.asked),
      facts: cap.facts as Record<string, string>,
    })
  }
  return rungs
}
