import type { ReactNode } from "react"
import { cx } from "./cx"
import { Skeleton } from "./states"

/** The figures that say how things stand, across the page; on a phone two beside each other. */
export function FigureRow({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className="@container rounded-md border border-line bg-panel">
      <dl className="flex flex-wrap overflow-hidden rounded-md">{children}</dl>
    </section>
  )
}

interface FigureProps {
  name: ReactNode
  children: ReactNode
  note?: ReactNode
  large?: boolean
}

/** One figure with its name above and what explains it beneath. */
export function Figure({ name, children, note, large }: FigureProps) {
  return (
    <div
      className={cx(
        "-mt-px -ml-px min-w-1/2 flex-1 border-t border-l border-line px-3.5 py-2.5 @2xl:min-w-max",
        large && "@max-2xl:min-w-full @2xl:grow-[1.3]",
      )}
    >
      <dt className="truncate text-xs text-ink-3">{name}</dt>
      <dd className={cx("mt-0.5 font-semibold", large ? "text-2xl tracking-tight" : "text-xl")}>
        {children}
        {note && <div className="mt-0.5 text-xs font-normal tracking-normal text-ink-2">{note}</div>}
      </dd>
    </div>
  )
}

/** The same while it is still on its way. */
export function FiguresWaiting({ figures }: { figures: number }) {
  return (
    <div role="status" className="flex flex-wrap gap-6 rounded-md border border-line bg-panel px-3.5 py-3">
      <span className="sr-only">Loading</span>
      {Array.from({ length: figures }, (_, each) => (
        <div key={each} className="flex min-w-28 flex-1 flex-col gap-2.5">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-6 w-28" />
        </div>
      ))}
    </div>
  )
}
