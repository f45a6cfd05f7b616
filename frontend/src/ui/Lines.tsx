import type { ReactNode } from "react"

/** Facts of one thing, each on a line of its own: the name left, the value right. */
export function Lines({ children }: { children: ReactNode }) {
  return <dl className="text-sm">{children}</dl>
}

export function Line({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-4 border-b border-line py-1 last:border-0">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  )
}
