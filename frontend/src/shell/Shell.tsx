import { Outlet, useLocation } from "@tanstack/react-router"
import { useEffect } from "react"
import { whenSignedOut } from "@/api/client"
import { queries } from "@/api/queries"
import { sessionQuery, useWho } from "@/api/session"
import { follow } from "@/live/follow"
import { Missing } from "@/pages/errors"
import { Toasts } from "@/ui/toast"
import { Nav } from "./Nav"
import { isThere } from "./pages"
import { SessionGuard } from "./SessionGuard"
import { Shortcuts } from "./Shortcuts"
import { StepUp } from "./StepUp"

/** The frame around every page of somebody who is in. */
export function Shell() {
  const who = useWho()
  const { pathname } = useLocation()
  useEffect(
    () => whenSignedOut(() => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })),
    [],
  )
  const inside = who !== null && !who.needs
  useEffect(() => (inside ? follow() : undefined), [inside])
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-panel focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      {who && <Nav who={who} />}
      <div id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        {who && !isThere(pathname, who.role) ? <Missing /> : <Outlet />}
      </div>
      <SessionGuard />
      {who && <Shortcuts who={who} />}
      <StepUp />
      <Toasts />
    </div>
  )
}
