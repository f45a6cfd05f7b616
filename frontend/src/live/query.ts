import { type FeedState, useFeed } from "./feed"

/** Whether the stream tells what is new, or is about to. */
const isTold: Record<FeedState, boolean> = { open: true, connecting: true, lost: false, polling: false }

/** How often to ask again: never while paused, seldom while the stream tells us, every *seconds* otherwise. */
export function useEvery(seconds: number): number | false {
  return useFeed(({ state, paused }) => !paused && 1000 * (isTold[state] ? Math.max(seconds, 60) : seconds))
}
