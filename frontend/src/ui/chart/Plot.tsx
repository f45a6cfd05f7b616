import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react"

interface PlotProps {
  name: string
  height: number
  /** What can be pointed at, from left to right: how many, and where each lies. */
  stops: (width: number) => readonly number[]
  /** What is said of one of them, and of the whole where none is chosen. */
  caption: (at: number | null) => ReactNode
  draw: (width: number, at: number | null) => ReactNode
}

/** A small picture of its own, with a name, a line that says what is pointed at, and a cursor for mouse and keys. */
export function Plot({ name, height, stops, caption, draw }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [at, setAt] = useState<number | null>(null)
  const summary = useId()
  useEffect(() => {
    const home = box.current
    if (!home) return
    const watch = new ResizeObserver(() => setWidth(home.clientWidth))
    watch.observe(home)
    return () => watch.disconnect()
  }, [])
  const places = width > 0 ? stops(width) : []

  function moveCursor(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key]
    if (step === undefined || places.length === 0) return
    event.preventDefault()
    setAt(Math.min(places.length - 1, Math.max(0, (at ?? (step > 0 ? -1 : places.length)) + step)))
  }

  function point(x: number) {
    const nearest = places.reduce(
      (best, place, n) => (Math.abs(place - x) < Math.abs((places[best] ?? 1e9) - x) ? n : best),
      0,
    )
    setAt(places.length > 0 ? nearest : null)
  }

  return (
    <figure className="m-0">
      <figcaption
        id={summary}
        className="flex min-h-6 flex-wrap gap-x-5 text-sm text-ink-3"
        aria-live={at === null ? "off" : "polite"}
      >
        {caption(at)}
      </figcaption>
      <div
        ref={box}
        tabIndex={0}
        role="img"
        aria-label={`${name}; arrow keys move along it`}
        aria-describedby={summary}
        onKeyDown={moveCursor}
        onPointerMove={(event) => point(event.clientX - event.currentTarget.getBoundingClientRect().left)}
        onPointerLeave={() => setAt(null)}
        style={{ height }}
      >
        {width > 0 && (
          <svg aria-hidden width={width} height={height} className="block overflow-visible text-xs">
            {draw(width, at)}
          </svg>
        )}
      </div>
    </figure>
  )
}
