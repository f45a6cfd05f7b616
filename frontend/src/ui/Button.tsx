import type { ComponentProps } from "react"
import { cx } from "./cx"

const looks = {
  solid: "bg-solid text-on-solid border-transparent hover:opacity-90",
  outline: "border-edge/60 text-ink hover:bg-hover",
  quiet: "border-transparent text-ink-2 hover:bg-hover hover:text-ink",
  danger: "bg-danger text-on-danger border-transparent hover:opacity-90",
  "danger-outline": "border-loss text-loss hover:bg-loss-soft",
}
const sizes = {
  small: "h-7 px-2.5 text-sm gap-1.5",
  medium: "h-8 px-3 text-sm gap-2",
  large: "h-10 px-4 text-base gap-2",
}

export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks
  size?: keyof typeof sizes
  busy?: boolean
}

/** A button; while *busy* it keeps its width and its focus and takes no second press. */
export function Button({
  look = "outline",
  size = "medium",
  busy,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(
        "inline-flex items-center justify-center rounded border font-medium whitespace-nowrap select-none transition-opacity",
        "disabled:opacity-45 disabled:cursor-not-allowed aria-busy:opacity-60 aria-busy:cursor-progress",
        looks[look],
        sizes[size],
        className,
      )}
    >
      {children}
    </button>
  )
}

/** A button that is an icon alone; *label* is its name. */
export function IconButton({ label, className, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        "relative inline-flex size-8 items-center justify-center rounded text-ink-2 hover:bg-hover hover:text-ink disabled:opacity-45",
        className,
      )}
    />
  )
}
