import type { paths } from "./api/schema"

type Question = keyof paths | `${keyof paths}?${string}`

const SESSION = "/api/auth/session"
const OVERVIEW = "/api/dashboard?mode={mode}"
const PROPOSAL = "/api/portfolio/allocations/latest-recommendation"
const HOMES: Record<string, readonly Question[]> = {
  admin: [OVERVIEW, "/api/alerts?limit=100", "/api/dashboard/equity?mode={mode}", PROPOSAL],
  client: ["/api/client/home"],
  sender: ["/api/sender/home?mode={mode}", "/api/sender/signals?mode={mode}&limit=50", "/api/signal-health"],
}
/** What a page's `first` asks, by the first part of its address. */
const PAGES: Record<string, readonly Question[]> = {
  accounts: [OVERVIEW, "/api/reconciliations?limit=20", PROPOSAL],
  activity: ["/api/signals?limit=50", "/api/strategies", PROPOSAL],
  allocations: [
    PROPOSAL,
    "/api/portfolio/allocations/current",
    "/api/dashboard/allocations",
    "/api/portfolio/optimizations?limit=20",
  ],
  clients: ["/api/clients", "/api/dashboard/fund?mode={mode}", PROPOSAL],
  profile: ["/api/session/second-factor", "/api/session/passkeys", "/api/auth/sessions", PROPOSAL],
  sandbox: ["/api/sandbox/simulations?limit=50", PROPOSAL],
  senders: ["/api/agreements", "/api/sender-credentials", "/api/senders?mode={mode}", PROPOSAL],
  strategies: ["/api/strategies", "/api/dashboard/strategies", "/api/backtests", PROPOSAL],
  statements: ["/api/sender/home?mode={mode}"],
  system: [OVERVIEW, "/api/alerts?limit=100", "/api/controls", "/api/strategies", PROPOSAL],
  users: ["/api/users", PROPOSAL],
}

/**
 * What an address will ask of the desk first.
 *
 * An invitation asks nothing before its owner is in, and must not be told then what was true before. Filters and
 * open rows ask for something else, so that beside them only the session is known.
 */
export function asksOf({ pathname, search }: Pick<Location, "pathname" | "search">): readonly string[] {
  const first = pathname.split("/")[1] ?? ""
  if (first === "invitation") return []
  const said = new URLSearchParams(search)
  if ([...said.keys()].some((name) => name !== "mode")) return [SESSION]
  const { mode, home } = kept()
  const asked = first === "" ? HOMES[home ?? "admin"] : PAGES[first]
  const shown = (said.get("mode") ?? mode ?? "LIVE").toLowerCase()
  return [SESSION, ...(asked ?? []).map((question) => question.replace("{mode}", shown))]
}

/** Let these answers come beside the scripts that will ask for them, and not after. */
export function askAhead(address: Pick<Location, "pathname" | "search">): void {
  for (const href of asksOf(address)) {
    const link = document.createElement("link")
    Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", fetchPriority: "low", href })
    document.head.append(link)
  }
}

/** What this browser's owner likes to see; asked of the store itself, as nothing else is here yet. */
function kept(): { mode?: string; home?: string } {
  try {
    return JSON.parse(localStorage.getItem("preferences") ?? "{}") as { mode?: string; home?: string }
  } catch {
    return {}
  }
}
