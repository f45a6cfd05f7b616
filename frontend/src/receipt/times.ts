import { clockTime } from "@/format/time"

/** "07:19:32.744", as the desk wrote it. */
export function preciseTime(at: string): string {
  const thousandths = /\.(\d{3})/.exec(at)?.[1] ?? "000"
  return `${clockTime(at)}.${thousandths}`
}
