import { useNavigate } from "@tanstack/react-router"
import { lazy, Suspense, useEffect, useRef, useState } from "react"
import type { Who } from "@/api/session"
import { preferences } from "@/ui/preferences"
import { pagesOf } from "./pages"

const Palette = lazy(() => import("./Palette").then((part) => ({ default: part.Palette })))

/** ⌘K or Ctrl K opens the palette; g and a letter go to a page, unless switched off. */
export function Shortcuts({ who }: { who: Who }) {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  const going = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault()
        setOpen((before) => !before)
        return
      }
      if (!isFree(event)) return
      if (Date.now() - going.current < 1500) {
        const page = pagesOf(who.role).find(({ key }) => key === event.key)
        going.current = 0
        if (page) void navigate({ to: page.to as "/" })
      } else if (event.key === "g") going.current = Date.now()
    }
    window.addEventListener("keydown", onKey)
    return () => window.removeEventListener("keydown", onKey)
  }, [who.role, navigate])
  if (!open) return null
  return (
    <Suspense fallback={null}>
      <Palette who={who} onClose={() => setOpen(false)} />
    </Suspense>
  )
}

/** Whether a single key is meant as a shortcut. */
function isFree(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey) return false
  return preferences().shortcuts && !isTyping(event.target)
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.closest("input, select, textarea, [role=dialog]") !== null || target.isContentEditable)
  )
}
