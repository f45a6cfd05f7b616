import {
  Activity,
  ChartPie,
  FlaskConical,
  HeartPulse,
  House,
  KeyRound,
  Landmark,
  Layers,
  type LucideIcon,
  Radio,
  ReceiptText,
  UserRoundCog,
  Users,
} from "lucide-react"
import type { Who } from "@/api/session"

export interface PageEntry {
  to: string
  name: string
  icon: LucideIcon
  key: string
  roles: readonly Who["role"][]
}

/** Every page of the desk: its place in the navigation, its single-key shortcut (after g), and whose it is. */
export const pages: readonly PageEntry[] = [
  { to: "/", name: "Home", icon: House, key: "h", roles: ["admin", "client", "sender"] },
  { to: "/allocations", name: "Allocations", icon: ChartPie, key: "l", roles: ["admin"] },
  { to: "/activity", name: "Activity", icon: Activity, key: "a", roles: ["admin"] },
  { to: "/strategies", name: "Strategies", icon: Layers, key: "t", roles: ["admin"] },
  { to: "/sandbox", name: "Sandbox", icon: FlaskConical, key: "x", roles: ["admin"] },
  { to: "/accounts", name: "Accounts", icon: Landmark, key: "c", roles: ["admin"] },
  { to: "/clients", name: "Clients", icon: Users, key: "k", roles: ["admin"] },
  { to: "/senders", name: "Senders", icon: Radio, key: "n", roles: ["admin"] },
  { to: "/system", name: "System health", icon: HeartPulse, key: "s", roles: ["admin"] },
  { to: "/statements", name: "Statements", icon: ReceiptText, key: "t", roles: ["sender"] },
  { to: "/users", name: "Users and audit", icon: UserRoundCog, key: "u", roles: ["admin"] },
  { to: "/profile", name: "Profile", icon: KeyRound, key: "p", roles: ["admin", "client", "sender"] },
]

/** Whether the page at *path* exists for *role*: what is not theirs to see is not there. */
export function isThere(path: string, role: Who["role"]): boolean {
  const page = pages.find(({ to }) => to === (path.replace(/\/+$/, "") || "/"))
  return page === undefined || page.roles.includes(role)
}

export function pagesOf(role: Who["role"]): readonly PageEntry[] {
  return pages.filter((page) => page.roles.includes(role))
}
