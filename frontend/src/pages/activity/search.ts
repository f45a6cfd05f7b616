import { getRouteApi } from "@tanstack/react-router"
import { useMode } from "@/shell/mode"

const route = getRouteApi("/shell/activity")

/** What the address says of the list, and how to change it. */
export function useListing() {
  const search = route.useSearch()
  const [mode] = useMode()
  const navigate = route.useNavigate()
  return {
    ...search,
    mode,
    change: (change: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false }),
    open: (signal: string) =>
      void navigate({ search: (before) => ({ ...before, signal }), resetScroll: false }),
  }
}

/** Whether a row says *text* anywhere in what it shows. */
export function says(text: string | undefined, ...parts: (string | null | undefined)[]): boolean {
  if (!text) return true
  const wanted = text.toLowerCase()
  return parts.some((part) => part?.toLowerCase().includes(wanted))
}
