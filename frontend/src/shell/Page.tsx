import { type ReactNode, useEffect } from "react"
import type { Dated } from "@/live/age"
import { isLost, useFeed } from "@/live/feed"
import { cx } from "@/ui/cx"
import { FeedBanner } from "./FeedBanner"
import { Freshness } from "./Freshness"
import { HeaderControls } from "./HeaderControls"
import { MobileNav } from "./MobileNav"
import { ModeSwitch } from "./ModeSwitch"

interface PageProps {
  title: string
  /** What the figures are of, beside the mode: "All accounts". */
  scope?: ReactNode
  /** Whether the page shows one mode's figures, and lets one choose which. */
  modes?: boolean
  /** The document whose age the header tells. */
  document?: Dated | undefined
  actions?: ReactNode
  children: ReactNode
}

/** One page: its header, which stays in sight, and its content. */
export function Page(props: PageProps) {
  const { title, scope, modes = false, document: shown, actions, children } = props
  const lost = useFeed(isLost)
  useEffect(() => {
    document.title = `${title} · Mathematricks`
  }, [title])
  return (
    <>
      <header className="sticky top-0 z-20 flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-bg px-3.5 py-2 md:px-5 lg:py-0">
        <MobileNav />
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {modes && <ModeSwitch />}
        {scope && <span className="hidden text-sm text-ink-3 sm:inline">{scope}</span>}
        <div className="ml-auto flex flex-wrap items-center gap-1">
          {"document" in props && <Freshness document={shown} />}
          {actions}
          <HeaderControls />
        </div>
      </header>
      <FeedBanner />
      <main
        className={cx(
          "mx-auto flex max-w-[1920px] flex-col gap-3.5 px-3.5 py-3.5 md:px-5",
          lost && "feed-lost",
        )}
      >
        {children}
      </main>
    </>
  )
}
