import { type Decimal, isNumber, percent as written } from "@/format/number"
import { cx } from "./cx"

/** How much of a limit is used, as the server says it: amber from 80 %, red from 95 %. */
export function Meter({ name, percent }: { name: string; percent: Decimal }) {
  const value = isNumber(percent) ? Math.min(100, Math.max(0, Number(percent))) : 0
  const colour = value >= 95 ? "fill-loss" : value >= 80 ? "fill-bar" : "fill-ink-3"
  return (
    <svg
      role="meter"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value}
      aria-valuetext={written(percent, 1)}
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      className="mt-2 block h-1 w-full overflow-hidden rounded-full"
    >
      <rect width="100" height="1" className="fill-hover" />
      <rect width={value} height="1" className={cx(colour)} />
    </svg>
  )
}
