import { useNavigate, useSearch } from "@tanstack/react-router"
import { prefer, preferences, usePreferences } from "@/ui/preferences"

export type Mode = "LIVE" | "PAPER"

/** Which money a page shows whose address says *said*. */
export const modeShown = (said: Mode | undefined): Mode => said ?? preferences().mode

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
