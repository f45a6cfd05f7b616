import { useNavigate } from "@tanstack/react-router"
import { Dialog } from "radix-ui"
import { type KeyboardEvent, useId, useState } from "react"
import type { Who } from "@/api/session"
import { feedNow } from "@/live/feed"
import { cx } from "@/ui/cx"
import { isDark, prefer, preferences } from "@/ui/preferences"
import { pause } from "./HeaderControls"
import { pagesOf } from "./pages"

interface Command {
  name: string
  hint?: string
  run: () => void
}

/** Every page and switch by its name. */
export function Palette({ who, onClose }: { who: Who; onClose: () => void }) {
  const commands = useCommands(who)
  const [text, setText] = useState("")
  const [at, setAt] = useState(0)
  const id = useId()
  const shown = commands.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()))
  const chosen = shown[Math.min(at, shown.length - 1)]

  function onKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setAt(Math.min(shown.length - 1, at + 1))
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1))
    else if (event.key === "Enter" && chosen) run(chosen)
    else return
    event.preventDefault()
  }

  function run(command: Command) {
    onClose()
    command.run()
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-md border border-line bg-panel"
        >
          <Dialog.Title className="sr-only">Go to a page, or change a switch</Dialog.Title>
          <input
            role="combobox"
            aria-label="Page or switch"
            aria-expanded
            aria-controls={`${id}-list`}
            aria-activedescendant={chosen ? `${id}-${shown.indexOf(chosen)}` : undefined}
            value={text}
            placeholder="Page or switch"
            onChange={(event) => {
              setText(event.target.value)
              setAt(0)
            }}
            onKeyDown={onKey}
            className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-ink-3"
          />
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label="Pages and switches"
            className="max-h-80 overflow-y-auto p-1.5"
          >
            {shown.map((command, index) => (
              <div
                key={command.name}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={command === chosen}
                onMouseEnter={() => setAt(index)}
                onClick={() => run(command)}
                onKeyDown={onKey}
                className={cx(
                  "flex h-9 cursor-pointer items-center justify-between rounded px-2.5 text-base",
                  command === chosen && "bg-hover",
                )}
              >
                {command.name}
                {command.hint && <kbd className="font-sans text-xs text-ink-3">{command.hint}</kbd>}
              </div>
            ))}
            {shown.length === 0 && <p className="px-2.5 py-3 text-sm text-ink-2">Nothing has that name.</p>}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function useCommands(who: Who): Command[] {
  const navigate = useNavigate()
  const { hideAmounts, mode, shortcuts } = preferences()
  const { paused } = feedNow()
  return [
    ...pagesOf(who.role).map((page) => ({
      name: page.name,
      hint: `g ${page.key}`,
      run: () => void navigate({ to: page.to as "/" }),
    })),
    ...(who.role === "admin"
      ? [
          { name: "Kill switch", run: () => void navigate({ to: "/system" }) },
          {
            name: `Show ${mode === "LIVE" ? "PAPER" : "LIVE"}`,
            run: () => {
              const other = mode === "LIVE" ? "PAPER" : "LIVE"
              prefer({ mode: other })
              void navigate({ to: ".", search: (search) => ({ ...search, mode: other }) })
            },
          },
        ]
      : []),
    {
      name: isDark() ? "Light theme" : "Dark theme",
      run: () => prefer({ theme: isDark() ? "light" : "dark" }),
    },
    { name: hideAmounts ? "Show amounts" : "Hide amounts", run: () => prefer({ hideAmounts: !hideAmounts }) },
    { name: paused ? "Resume updates" : "Pause updates", run: () => pause(!paused) },
    {
      name: shortcuts ? "Switch single-key shortcuts off" : "Switch single-key shortcuts on",
      run: () => prefer({ shortcuts: !shortcuts }),
    },
  ]
}
