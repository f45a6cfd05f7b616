import type { ReactNode } from "react"
import { Brand } from "@/ui/Brand"

/** The page before the desk: one narrow column. */
export function Frame({ title, children, note }: { title: string; note: ReactNode; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <div className="flex w-full max-w-95 flex-col">
        <Brand />
        <h1 className="mt-8 text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1.5 mb-6 text-base text-ink-2">{note}</p>
        {children}
      </div>
    </main>
  )
}
