import { WifiOff } from "lucide-react"
import { isLost, useFeed } from "@/live/feed"

/** Said across the page when nothing new arrives. */
export function FeedBanner() {
  const released = useFeed((feed) => feed.released)
  if (!useFeed(isLost)) return released ? <Released /> : null
  return (
    <p
      role="status"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-3.5 py-2 text-sm text-warn md:px-5"
    >
      <WifiOff aria-hidden className="size-4" />
      The live connection is lost; it is tried again by itself. Figures stay as they last arrived. The kill
      switch still works.
    </p>
  )
}

function Released() {
  return (
    <p role="status" className="border-b border-line bg-live-soft px-3.5 py-2 text-sm md:px-5">
      The desk was updated.{" "}
      <button type="button" className="underline" onClick={() => location.reload()}>
        Load the new pages
      </button>
    </p>
  )
}
