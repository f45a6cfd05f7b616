import { useFeed } from "./feed"

/** How often to ask again: never while paused, seldom while the stream tells us, every *seconds* otherwise. */
export function useEvery(seconds: number): number | false {
  const { state, paused } = useFeed()
  if (paused) return false
  return (state === "open" ? Math.max(seconds, 60) : seconds) * 1000
}
