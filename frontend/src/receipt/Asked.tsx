import { price, quantity } from "@/format/number"
import { stamped } from "@/format/time"
import { Panel } from "@/ui/Panel"
import { Money } from "./Money"
import type { Receipt } from "./ReceiptView"

/** What the sender asked for, and the body as it came, secrets blanked. */
export function Asked({ receipt }: { receipt: Receipt }) {
  const { signal, raw } = receipt
  return (
    <Panel title="Asked" note={`Sent ${stamped(signal.sent_at)}`}>
      <ul className="flex flex-col gap-1 text-sm">
        {signal.legs.map((leg, index) => (
          <li key={index}>
            <span className="font-medium">
              {leg.action} {leg.quantity ? quantity(leg.quantity) : ""} {leg.contract.symbol}
            </span>{" "}
            <span className="text-ink-2">
              {leg.order_type} {leg.price && `at ${price(leg.price)}`}
              {leg.stop_loss && `, stop-loss ${price(leg.stop_loss)}`}
              {leg.take_profit && `, take-profit ${price(leg.take_profit)}`}
            </span>
          </li>
        ))}
      </ul>
      {signal.account_equity && (
        <p className="mt-1 text-xs text-ink-3">
          For an equity of <Money value={signal.account_equity} />
        </p>
      )}
      <details className="mt-2 text-sm">
        <summary className="w-fit cursor-pointer text-ink-2">
          Body as it came, {raw.size} bytes by {raw.intake}
        </summary>
        <pre className="mt-2 max-h-72 overflow-auto rounded border border-line bg-bg p-2.5 font-sans text-xs whitespace-pre-wrap break-all">
          {raw.body}
        </pre>
        <p className="mt-1 text-xs break-all text-ink-3">SHA-256 {raw.sha256}</p>
      </details>
    </Panel>
  )
}
