import { WifiOff } from "lucide-react"
import { useFeed } from "@/live/feed"

/** Said across the page when nothing new arrives. */
export function FeedBanner() {
  const { state } = useFeed()
  if (state !== "lost") return null
  return (
    <p
      role="status"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-3.5 py-2 text-sm text-warn md:px-5"
    >
      <WifiOff aria-hidden className="size-4" />
      No news from the desk. Figures are the last that arrived; the connection is tried again by itself. The
      kill switch still works.
    </p>
  )
}
