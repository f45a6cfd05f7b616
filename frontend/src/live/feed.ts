import { useSyncExternalStore } from "react"

/** How figures reach this browser now. */
export type FeedState = "connecting" | "open" | "lost" | "polling"

interface Feed {
  readonly state: FeedState
  readonly paused: boolean
  /** The desk serves another build of the pages than this one. */
  readonly released: boolean
}

let feed: Feed = { state: "polling", paused: false, released: false }
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

export function useFeed(): Feed {
  return useSyncExternalStore(subscribe, feedNow)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
