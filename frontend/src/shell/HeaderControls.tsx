import { Eye, EyeOff, Moon, Pause, Play, Sun } from "lucide-react"
import { queries } from "@/api/queries"
import { clockTime, zoneName } from "@/format/time"
import { useNow } from "@/live/clock"
import { isPaused, setFeed, useFeed } from "@/live/feed"
import { IconButton } from "@/ui/Button"
import { isDark, prefer, usePreferences } from "@/ui/preferences"

/** What every page's header holds: the clock, pause, hide amounts, the theme. */
export function HeaderControls() {
  const { hideAmounts } = usePreferences()
  const paused = useFeed(isPaused)
  const dark = isDark()
  return (
    <>
      <Clock />
      <IconButton
        label={paused ? "Resume updates" : "Pause updates"}
        aria-pressed={paused}
        onClick={() => pause(!paused)}
      >
        {paused ? (
          <Play aria-hidden className="size-4 text-warn" />
        ) : (
          <Pause aria-hidden className="size-4" />
        )}
      </IconButton>
      <IconButton
        label={hideAmounts ? "Show amounts" : "Hide amounts"}
        aria-pressed={hideAmounts}
        onClick={() => prefer({ hideAmounts: !hideAmounts })}
      >
        {hideAmounts ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </IconButton>
      <IconButton
        label={dark ? "Light theme" : "Dark theme"}
        onClick={() => prefer({ theme: dark ? "light" : "dark" })}
      >
        {dark ? <Sun aria-hidden className="size-4" /> : <Moon aria-hidden className="size-4" />}
      </IconButton>
    </>
  )
}

/** Hold what is shown as it is, or let it go on. */
export function pause(paused: boolean): void {
  setFeed({ paused })
  if (!paused) void queries.invalidateQueries()
}

function Clock() {
  const now = useNow()
  return (
    <span className="hidden px-2 text-sm text-ink-3 xl:inline">
      {zoneName()} {clockTime(now)}
    </span>
  )
}
