import type { ReactNode } from "react"
import { type Decimal, money, signedMoney, signedPercent, signOf } from "@/format/number"
import { cx } from "./cx"
import { usePreferences } from "./preferences"

const HIDDEN = "•••••"

interface AmountProps {
  value: Decimal
  currency?: string | undefined
  digits?: number
}

/** An amount of money, unless amounts are hidden. */
export function Amount({ value, currency, digits }: AmountProps) {
  const { hideAmounts } = usePreferences()
  return <>{hideAmounts ? <Hidden /> : money(value, currency, digits)}</>
}

/** An amount won or lost: sign and arrow beside the colour. */
export function SignedAmount({ value, currency, digits }: AmountProps) {
  const { hideAmounts } = usePreferences()
  return <Signed value={value}>{hideAmounts ? <Hidden /> : signedMoney(value, currency, digits)}</Signed>
}

export function SignedShare({ value, digits }: { value: Decimal; digits?: number }) {
  return <Signed value={value}>{signedPercent(value, digits)}</Signed>
}

export function Signed({ value, children }: { value: Decimal; children: ReactNode }) {
  const sign = signOf(value)
  return (
    <span className={cx("whitespace-nowrap", sign === 1 && "text-gain", sign === -1 && "text-loss")}>
      {sign === 1 && <Arrow up />}
      {sign === -1 && <Arrow />}
      {children}
    </span>
  )
}

function Arrow({ up = false }: { up?: boolean }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 8 8"
      className="mr-[0.25em] inline-block size-[0.6em] align-[0.05em]"
      fill="currentColor"
    >
      <path d={up ? "M4 0.5 8 7.5H0z" : "M4 7.5 0 0.5h8z"} />
    </svg>
  )
}

function Hidden() {
  return (
    <span>
      <span aria-hidden>{HIDDEN}</span>
      <span className="sr-only">hidden</span>
    </span>
  )
}
