import { CircleAlert, type LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { isPassing, sentenceOf } from "@/api/failure"
import { Button } from "./Button"
import { cx } from "./cx"

/** What did not load, what to do, and the way to try again. */
export function Trouble({ what, failure, retry }: { what: string; failure: unknown; retry?: () => void }) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded bg-loss-soft px-3 py-2.5 text-sm text-loss"
    >
      <CircleAlert aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 basis-48">
        {what} did not load. {sentenceOf(failure)}
      </p>
      {retry && isPassing(failure) && (
        <Button look="danger-outline" size="small" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

interface EmptyProps {
  icon?: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
}

/** Nothing yet: what would fill it, and how. */
export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-4 py-10 text-center">
      {Icon && <Icon aria-hidden className="size-5 text-ink-3" />}
      <p className="text-sm font-medium">{title}</p>
      {children && <div className="max-w-md text-sm text-ink-2">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("skeleton block", className ?? "h-4 w-full")} />
}

/** Rows still on their way; said once to those who listen. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-3 px-3.5 py-3">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton
          key={row}
          className={cx("h-4", row % 3 === 0 ? "w-11/12" : row % 3 === 1 ? "w-full" : "w-4/5")}
        />
      ))}
    </div>
  )
}
