import type { Schemas } from "@/api/client"
import { plain } from "@/format/number"
import { words } from "@/format/words"
import { SignedAmount } from "@/ui/figures"
import { Panel } from "@/ui/Panel"
import { Asked } from "./Asked"
import { Grounds } from "./Grounds"
import { Hops } from "./Hops"
import { Ladder } from "./Ladder"
import { OrderLife } from "./OrderLife"

export type Receipt = Schemas["Receipt"]

/** Everything that became of one signal, in the order it happened. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const { decision } = receipt
  return (
    <div className="flex flex-col gap-3">
      <p className="text-base">{receipt.summary}</p>
      {decision?.reason && <p className="text-sm text-warn">{words(decision.reason)}</p>}
      {decision?.warnings.map((warning) => (
        <p key={warning} className="text-sm text-warn">
          {warning}
        </p>
      ))}
      {receipt.results.length > 0 && <Results receipt={receipt} />}
      <Asked receipt={receipt} />
      {decision && decision.legs.length > 0 && (
        <Panel title="Sizing" note="Units of each instrument, cap by cap">
          <div className="flex flex-col gap-5">
            {decision.legs.map((leg, index) => (
              <Ladder key={index} leg={leg} />
            ))}
          </div>
          {decision.grounds && <Grounds grounds={decision.grounds} />}
        </Panel>
      )}
      {receipt.orders.map((order) => (
        <OrderLife key={order.order_id} order={order} />
      ))}
      {receipt.hops.length > 0 && <Hops hops={receipt.hops} />}
      {receipt.versions && (
        <p className="text-xs text-ink-3">
          Decided by {receipt.versions.version} ({receipt.versions.code_version}), number{" "}
          {plain(receipt.versions.seq, 0)} of the {receipt.versions.portfolio} portfolio.
        </p>
      )}
    </div>
  )
}

function Results({ receipt }: { receipt: Receipt }) {
  return (
    <dl className="grid grid-cols-3 gap-3 rounded-md border border-line bg-panel px-3.5 py-2.5">
      {receipt.results.flatMap((result) =>
        (["gross", "commission", "net"] as const).map((part) => (
          <div key={`${result.currency} ${part}`}>
            <dt className="text-xs text-ink-3">
              {words(part)}, {result.currency}
            </dt>
            <dd className="text-lg font-semibold">
              <SignedAmount
                value={part === "commission" ? `-${result.commission}` : result[part]}
                currency={result.currency}
                digits={2}
              />
            </dd>
          </div>
        )),
      )}
    </dl>
  )
}
