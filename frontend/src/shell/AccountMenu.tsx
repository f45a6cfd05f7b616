import { LogOut } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import { sentenceOf } from "@/api/failure"
import { signOut, type Who } from "@/api/session"
import { homeZone } from "@/format/time"
import { words } from "@/format/words"
import { IconButton } from "@/ui/Button"

const TimeZone = lazy(() => import("./TimeZone").then((part) => ({ default: part.TimeZone })))

/** Who is signed in, in which zone times are shown, and the way out. */
export function AccountMenu({ who }: { who: Who }) {
  const [choosing, setChoosing] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)

  async function leave() {
    try {
      await signOut()
      location.assign("/login")
    } catch (failure) {
      setTrouble(sentenceOf(failure))
    }
  }

  return (
    <div className="flex items-center gap-2 border-t border-line px-2 pt-3">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{who.name}</p>
        <p className="truncate text-xs text-ink-3">{words(who.role)}</p>
        <button
          type="button"
          title="Choose the time zone"
          onClick={() => setChoosing(true)}
          className="min-h-6 max-w-full truncate text-left text-xs text-ink-3 underline underline-offset-2 hover:text-ink"
        >
          Times in {homeZone()}
        </button>
        {trouble && (
          <p role="alert" className="text-xs text-loss">
            {trouble}
          </p>
        )}
      </div>
      <IconButton label="Sign out" onClick={() => void leave()}>
        <LogOut aria-hidden className="size-4" />
      </IconButton>
      {choosing && (
        <Suspense fallback={null}>
          <TimeZone onClose={() => setChoosing(false)} />
        </Suspense>
      )}
    </div>
  )
}
