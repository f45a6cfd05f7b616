import { cx } from "./cx"

interface SegmentsProps<Key extends string> {
  name: string
  options: readonly (readonly [Key, string])[]
  value: Key
  onChange: (value: Key) => void
}

/** One of a few, all in sight. */
export function Segments<Key extends string>({ name, options, value, onChange }: SegmentsProps<Key>) {
  return (
    <fieldset className="flex flex-wrap items-center gap-0.5">
      <legend className="sr-only">{name}</legend>
      {options.map(([key, label]) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === value}
          onClick={() => onChange(key)}
          className={cx(
            "h-7 rounded px-2.5 text-sm",
            key === value ? "bg-hover font-medium text-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
          )}
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}
