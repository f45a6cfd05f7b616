import { type Decimal, isNumber } from "@/format/number"

export interface Bar {
  year: number
  total: Decimal
  /** Of 100 wide, zero in the middle: where the bar begins and how wide it is. */
  from: number
  width: number
}

/** Where each year's bar lies, the largest reaching the edge; a year without capital has none. */
export function barsOf(years: readonly { year: number; total?: Decimal }[]): Bar[] {
  const largest = Math.max(0, ...years.map(({ total }) => (isNumber(total) ? Math.abs(Number(total)) : 0)))
  return years.map(({ year, total }) => {
    const value = isNumber(total) && largest > 0 ? Number(total) : 0
    const width = largest > 0 ? (Math.abs(value) / largest) * 50 : 0
    return { year, total, from: value < 0 ? 50 - width : 50, width }
  })
}
