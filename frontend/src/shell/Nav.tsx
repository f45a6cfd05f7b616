import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import type { Who } from "@/api/session"
import { Brand } from "@/ui/Brand"
import { AccountMenu } from "./AccountMenu"
import { pagesOf } from "./pages"
import { proposalQuery } from "./proposal"

/** Where one can go, at the side on wide windows. */
export function Nav({ who }: { who: Who }) {
  return (
    <nav
      aria-label="Pages"
      className="sticky top-0 hidden h-dvh w-53 shrink-0 flex-col border-r border-line px-2.5 py-3.5 lg:flex"
    >
      <div className="px-2 pb-4">
        <Brand />
      </div>
      <NavList who={who} />
      <div className="mt-auto">
        <AccountMenu who={who} />
      </div>
    </nav>
  )
}

/** The list of pages; *onGo* closes what it lies in. */
export function NavList({ who, onGo }: { who: Who; onGo?: () => void }) {
  return (
    <ul className="flex flex-col gap-0.5 overflow-y-auto">
      {pagesOf(who.role).map(({ to, name, icon: Icon }) => (
        <li key={to}>
          <Link
            to={to as "/"}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            {...(onGo ? { onClick: onGo } : {})}
            className="flex h-8 items-center gap-2.5 rounded px-2 text-base text-ink-2 hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            {name}
            {to === "/allocations" && <ToReview />}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function ToReview() {
  const { data } = useQuery(proposalQuery)
  if (!data) return null
  return (
    <span className="ml-auto shrink-0 rounded-[3px] bg-warn-soft px-1.5 whitespace-nowrap text-2xs font-semibold text-warn">
      1 to review
    </span>
  )
}
