// Writes dist/.vite/preload.json: which scripts an address needs, so that whoever serves the page can name them at once.
import { readFileSync, writeFileSync } from "node:fs"
import { dist, filesOf } from "./parts.mjs"

/** The page that most see at an address, by its first part. */
const pages = {
  login: "src/entrance.tsx",
  invitation: "src/entrance.tsx",
  "": "src/pages/home/AdminHome.tsx",
  accounts: "src/pages/accounts/Accounts.tsx",
  activity: "src/pages/activity/Activity.tsx",
  allocations: "src/pages/allocations/Allocations.tsx",
  clients: "src/pages/clients/Clients.tsx",
  profile: "src/pages/profile/Profile.tsx",
  sandbox: "src/pages/sandbox/Sandbox.tsx",
  senders: "src/pages/senders/Senders.tsx",
  statements: "src/pages/sender/Statements.tsx",
  strategies: "src/pages/strategies/Strategies.tsx",
  system: "src/pages/system/System.tsx",
  users: "src/pages/people/People.tsx",
}
const listed = readFileSync(new URL("../src/shell/pages.ts", import.meta.url), "utf8")
for (const [, part] of listed.matchAll(/to: "\/(\w*)"/g))
  if (!(part in pages)) throw new Error(`Say in scripts/preload.mjs which page /${part} is`)

const scripts = (key) => [...filesOf(key)].filter((file) => file.endsWith(".js")).map((file) => `/${file}`)
const told = Object.fromEntries(Object.entries(pages).map(([part, key]) => [part, scripts(key)]))
writeFileSync(new URL(".vite/preload.json", dist), `${JSON.stringify(told, null, 1)}\n`)
