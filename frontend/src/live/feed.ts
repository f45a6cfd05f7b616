import { useSyncExternalStore } from "react"

/** How figures reach this browser now. */
export type FeedState = "connecting" | "open" | "lost" | "polling"

interface Feed {
  readonly state: FeedState
  readonly paused: boolean
  /** The desk serves another build of the pages than this one. */
  readonly released: boolean
}

let feed: Feed = { state: "connecting", paused: false, released: false }
const listeners = new Set<() => void>()

export function feedNow(): Feed {
  return feed
}

export function setFeed(change: Partial<Feed>): void {
  const known = feed as unknown as Record<string, unknown>
  if (Object.entries(change).every(([name, value]) => known[name] === value)) return
  feed = { ...feed, ...change }
  for (const each of listeners) each()
}

/** What *picked* says of the feed; drawn again when that changes, and not for every change of the feed. */
export function useFeed<Picked extends string | number | boolean>(picked: (feed: Feed) => Picked): Picked {
  return useSyncExternalStore(subscribe, () => picked(feed))
}

export const isLost = ({ state }: Feed) => state === "lost"
export const isPaused = ({ paused }: Feed) => paused

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
