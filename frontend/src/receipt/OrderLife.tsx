import type { Schemas } from "@/api/client"
import { price, quantity } from "@/format/number"
import { words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { cx } from "@/ui/cx"
import { Amount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { toneOf } from "@/ui/standing"
import { preciseTime } from "./times"

type Order = Schemas["ReceiptOrder"]

interface Moment {
  at: string
  what: string
  more: React.ReactNode
  fill: boolean
}

/** One order from its claim to its end, as a line of moments. */
export function OrderLife({ order }: { order: Order }) {
  const prices = [
    order.limit_price && `limit ${price(order.limit_price)}`,
    order.stop_price && `stop ${price(order.stop_price)}`,
  ].filter(Boolean)
  return (
    <Panel
      title={`${words(order.purpose)}: ${order.side} ${quantity(order.working_quantity ?? order.quantity)} ${order.instrument}`}
      note={[order.order_type, ...prices, order.account].filter(Boolean).join(", ")}
      actions={<Badge tone={toneOf(order.status)}>{words(order.status)}</Badge>}
    >
      {order.reason && <p className="mb-2 text-sm text-warn">{order.reason}</p>}
      <ol aria-label={`Life of the order in ${order.instrument}`} className="ml-1.5 border-l border-line">
        {momentsOf(order).map((moment, index) => (
          <li key={index} className="relative flex flex-wrap items-baseline gap-x-3 py-1 pl-4 text-sm">
            <span
              aria-hidden
              className={cx(
                "absolute top-2.5 -left-[4.5px] size-2 rounded-full border border-panel",
                moment.fill ? "bg-gain" : "bg-edge",
              )}
            />
            <span className="w-24 text-ink-3">{preciseTime(moment.at)}</span>
            <span className="font-medium">{moment.what}</span>
            <span className="text-ink-2">{moment.more}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function momentsOf(order: Order): Moment[] {
  const happened = order.history.map((one) => ({
    at: one.at,
    what: words(one.event),
    more: [words(one.status).toLowerCase(), one.reason].filter(Boolean).join(", "),
    fill: false,
  }))
  const filled = order.fills.map((fill) => ({
    at: fill.executed_at,
    what: `Fill ${quantity(fill.quantity)} at ${price(fill.price)}`,
    more: (
      <>
        fee <Amount value={fill.commission} currency={fill.currency} digits={2} />
      </>
    ),
    fill: true,
  }))
  return [...happened, ...filled].sort((one, other) => one.at.localeCompare(other.at))
}
