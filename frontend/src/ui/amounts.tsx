import type { Schemas } from "@/api/client"
import { Amount, SignedAmount } from "./figures"

interface AmountsProps {
  amounts: readonly Schemas["Amount"][]
  signed?: boolean
}

/** Money of several currencies, each beside its own code and never added up. */
export function Amounts({ amounts, signed }: AmountsProps) {
  if (amounts.length === 0) return <>–</>
  const Money = signed ? SignedAmount : Amount
  return (
    <>
      {amounts.map(({ currency, amount }) => (
        <div key={currency} className="whitespace-nowrap">
          <Money value={amount} currency={currency} digits={2} />{" "}
          <span className="text-xs font-normal tracking-normal text-ink-3">{currency}</span>
        </div>
      ))}
    </>
  )
}

/** The same for a file: "12.50 USD; 3.00 EUR". */
export function told(amounts: AmountsProps["amounts"]): string {
  return amounts.map(({ currency, amount }) => `${amount} ${currency}`).join("; ")
}
