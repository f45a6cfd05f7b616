import { Menu } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import { useWho } from "@/api/session"
import { IconButton } from "@/ui/Button"

const MobileMenu = lazy(() => import("./MobileMenu").then((part) => ({ default: part.MobileMenu })))

/** Opens the navigation where there is no room beside the page. */
export function MobileNav() {
  const [open, setOpen] = useState(false)
  const who = useWho()
  if (!who) return null
  return (
    <>
      <IconButton
        label="Menu"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="-ml-1.5 border border-line lg:hidden"
      >
        <Menu aria-hidden className="size-4" />
      </IconButton>
      {open && (
        <Suspense fallback={null}>
          <MobileMenu who={who} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
