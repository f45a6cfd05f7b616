import { useNavigate, useSearch } from "@tanstack/react-router"
import { prefer, usePreferences } from "@/ui/preferences"

export type Mode = "LIVE" | "PAPER"

/** Which money the page shows: the address says it, else what was last looked at. */
export function useMode(): [Mode, (mode: Mode) => void] {
  const { mode: said } = useSearch({ from: "/shell" })
  const { mode: liked } = usePreferences()
  const navigate = useNavigate()
  const choose = (mode: Mode) => {
    prefer({ mode })
    void navigate({ to: ".", search: (search) => ({ ...search, mode }), replace: true })
  }
  return [said ?? liked, choose]
}
