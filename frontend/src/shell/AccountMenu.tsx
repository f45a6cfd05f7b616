import { LogOut } from "lucide-react"
import { useState } from "react"
import { sentenceOf } from "@/api/failure"
import { signOut, type Who } from "@/api/session"
import { words } from "@/format/words"
import { IconButton } from "@/ui/Button"

/** Who is signed in, and the way out. */
export function AccountMenu({ who }: { who: Who }) {
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
        {trouble && (
          <p role="alert" className="text-xs text-loss">
            {trouble}
          </p>
        )}
      </div>
      <IconButton label="Sign out" onClick={() => void leave()}>
        <LogOut aria-hidden className="size-4" />
      </IconButton>
    </div>
  )
}
