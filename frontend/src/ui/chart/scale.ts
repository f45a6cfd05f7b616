/** Where a value lies between *from* and *to*, in pixels. */
export function scaleOf(low: number, high: number, from: number, to: number): (value: number) => number {
  const span = high - low || 1
  return (value) => from + ((value - low) / span) * (to - from)
}

/** Round values for an axis from *low* to *high*, about as many as *about*. */
export function ticksOf(low: number, high: number, about: number): number[] {
  const rough = (high - low) / Math.max(1, about) || 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step)
}
