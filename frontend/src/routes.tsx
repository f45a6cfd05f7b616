import { createRootRoute, createRoute, createRouter, retainSearchParams } from "@tanstack/react-router"
import { queries } from "./api/queries"
import { sessionQuery } from "./api/session"
import { lazyPage } from "./lazyPage"
import { Broken, Missing } from "./pages/errors"
import { Home, homes } from "./pages/home/Home"
import { loginFor, modeOf, searchOf } from "./search"
import { Shell } from "./shell/Shell"

const listOf = searchOf("list", "strategy", "status", "text", "sort", "signal")

const root = createRootRoute({ notFoundComponent: Missing, errorComponent: Broken })

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  validateSearch: modeOf,
  search: { middlewares: [retainSearchParams(["mode"])] },
  beforeLoad: async ({ location }) => {
    const who = await queries.ensureQueryData(sessionQuery)
    if (!who || who.needs) await leaveFor(loginFor(location.href))
  },
  component: Shell,
})

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: searchOf("signal"),
  loader: async (at) => {
    const who = await queries.ensureQueryData(sessionQuery)
    if (who) await homes[who.role].loader(at)
  },
  staleTime: Number.POSITIVE_INFINITY,
  component: Home,
})

const activity = createRoute({
  getParentRoute: () => shell,
  path: "/activity",
  validateSearch: listOf,
  ...lazyPage(() => import("./pages/activity/Activity"), "Activity"),
})

const allocations = createRoute({
  getParentRoute: () => shell,
  path: "/allocations",
  ...lazyPage(() => import("./pages/allocations/Allocations"), "Allocations"),
})

const system = createRoute({
  getParentRoute: () => shell,
  path: "/system",
  ...lazyPage(() => import("./pages/system/System"), "System"),
})

const statements = createRoute({
  getParentRoute: () => shell,
  path: "/statements",
  validateSearch: searchOf("month"),
  ...lazyPage(() => import("./pages/sender/Statements"), "Statements"),
})

const strategies = createRoute({
  getParentRoute: () => shell,
  path: "/strategies",
  validateSearch: searchOf("text", "status", "account", "trading"),
  ...lazyPage(() => import("./pages/strategies/Strategies"), "Strategies"),
})

const clients = createRoute({
  getParentRoute: () => shell,
  path: "/clients",
  validateSearch: searchOf("client"),
  ...lazyPage(() => import("./pages/clients/Clients"), "Clients"),
})

const sandbox = createRoute({
  getParentRoute: () => shell,
  path: "/sandbox",
  validateSearch: searchOf("run"),
  ...lazyPage(() => import("./pages/sandbox/Sandbox"), "Sandbox"),
})

const senders = createRoute({
  getParentRoute: () => shell,
  path: "/senders",
  validateSearch: searchOf("sender"),
  ...lazyPage(() => import("./pages/senders/Senders"), "Senders"),
})

const accounts = createRoute({
  getParentRoute: () => shell,
  path: "/accounts",
  validateSearch: searchOf("account"),
  ...lazyPage(() => import("./pages/accounts/Accounts"), "Accounts"),
})

const users = createRoute({
  getParentRoute: () => shell,
  path: "/users",
  validateSearch: searchOf("list", "user", "actor", "action", "since", "entry"),
  ...lazyPage(() => import("./pages/people/People"), "People"),
})

const profile = createRoute({
  getParentRoute: () => shell,
  path: "/profile",
  ...lazyPage(() => import("./pages/profile/Profile"), "Profile"),
})

export const router = createRouter({
  routeTree: root.addChildren([
    shell.addChildren([
      home,
      allocations,
      activity,
      system,
      statements,
      strategies,
      clients,
      sandbox,
      senders,
      accounts,
      users,
      profile,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  scrollRestoration: true,
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}

/** Go to another document and never come back to this one. */
function leaveFor(address: string): Promise<never> {
  location.assign(address)
  return new Promise(() => undefined)
}
