import { type ComponentProps, type ReactNode, useId } from "react"
import { cx } from "./cx"

export const inputLook =
  "h-8 min-w-0 rounded border border-edge bg-panel px-2.5 text-base text-ink placeholder:text-ink-3 disabled:opacity-50 aria-invalid:border-loss"

interface Frame {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
}

/** A labelled input; what is wrong with it is said beneath, and to those who listen. */
export function Field({ label, hint, error, className, ...rest }: Frame & ComponentProps<"input">) {
  const id = useId()
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      <input {...rest} {...tied(id, hint, error)} className={cx(inputLook, "w-full", className)} />
    </Framed>
  )
}

export function Area({ label, hint, error, className, ...rest }: Frame & ComponentProps<"textarea">) {
  const id = useId()
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      <textarea
        {...rest}
        {...tied(id, hint, error)}
        className={cx(inputLook, "w-full", "h-auto min-h-16 py-1.5", className)}
      />
    </Framed>
  )
}

export function Choice({
  label,
  hint,
  error,
  className,
  children,
  ...rest
}: Frame & ComponentProps<"select">) {
  const id = useId()
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      <select {...rest} {...tied(id, hint, error)} className={cx(inputLook, "w-full", "pr-1", className)}>
        {children}
      </select>
    </Framed>
  )
}

export function Check({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & ComponentProps<"input">) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-4 accent-live"
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-ink-3">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

function tied(id: string, hint: ReactNode, error: string | undefined) {
  return {
    id,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error || hint ? `${id}-about` : undefined,
  }
}

function Framed({ id, label, hint, error, children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {(error || hint) && (
        <p id={`${id}-about`} className={cx("text-xs", error ? "text-loss" : "text-ink-3")}>
          {error || hint}
        </p>
      )}
    </div>
  )
}
