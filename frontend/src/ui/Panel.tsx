import { type ReactNode, useId } from "react"
import { cx } from "./cx"

interface PanelProps {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
  flush?: boolean
}

/** A titled part of a page; *flush* lets a table reach its edges. */
export function Panel({ title, note, actions, children, className, flush }: PanelProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={cx("min-w-0 rounded-md border border-line bg-panel", className)}>
      <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 pt-2.5 pb-1.5">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {note && <p className="text-xs text-ink-3">{note}</p>}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-1.5">{actions}</div>}
      </header>
      <div className={flush ? "pb-1" : "px-3.5 pb-3.5"}>{children}</div>
    </section>
  )
}
