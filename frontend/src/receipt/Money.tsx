import { plain } from "@/format/number"
import { usePreferences } from "@/ui/preferences"

/** An amount whose currency is said elsewhere or unknown. */
export function Money({ value }: { value: string }) {
  const { hideAmounts } = usePreferences()
  return <>{hideAmounts ? "•••••" : plain(value, 0)}</>
}
