import { Check, X } from "lucide-react"
import { useSyncExternalStore } from "react"
import { IconButton } from "./Button"

interface Toast {
  readonly id: number
  readonly text: string
}

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

/** Say that something was done, once the desk said so. */
export function say(text: string): void {
  const id = ++last
  set([...toasts.slice(-2), { id, text }])
  setTimeout(() => drop(id), 8000)
}

function drop(id: number): void {
  set(toasts.filter((each) => each.id !== id))
}

function set(next: readonly Toast[]): void {
  toasts = next
  for (const each of listeners) each()
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div
      role="status"
      className="pointer-events-none fixed right-4 bottom-4 z-60 flex flex-col items-end gap-2"
    >
      {shown.map(({ id, text }) => (
        <p
          key={id}
          className="pointer-events-auto flex max-w-sm items-center gap-2 rounded-md border border-line bg-panel py-1.5 pr-1.5 pl-3 text-sm"
        >
          <Check aria-hidden className="size-4 shrink-0 text-gain" />
          {text}
          <IconButton label="Dismiss" className="size-6" onClick={() => drop(id)}>
            <X aria-hidden className="size-3.5" />
          </IconButton>
        </p>
      ))}
    </div>
  )
}
