import { cx } from "@/ui/cx"
import { type Mode, useMode } from "./mode"

const said: Record<Mode, string> = { LIVE: "Real money", PAPER: "Simulated fills" }

/** LIVE or PAPER: never both, never summed. */
export function ModeSwitch() {
  const [mode, choose] = useMode()
  return (
    <fieldset className="flex h-6 items-center rounded border border-line bg-panel p-px">
      <legend className="sr-only">Which money the page shows</legend>
      {(["LIVE", "PAPER"] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={mode === each}
          title={said[each]}
          onClick={() => choose(each)}
          className={cx(
            "h-5 rounded-[3px] px-1.5 text-2xs font-semibold",
            mode !== each && "text-ink-3 hover:text-ink",
            mode === each && (each === "LIVE" ? "bg-live-soft text-live" : "bg-paper-soft text-ink"),
          )}
        >
          {each}
        </button>
      ))}
    </fieldset>
  )
}
