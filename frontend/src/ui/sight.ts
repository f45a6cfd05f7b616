import { type RefObject, useEffect, useState } from "react"

const STEP = 4

/** The rows that are drawn: from the first on, as many as fit with some to spare on both sides. */
export interface Sight {
  first: number
  end: number
  /** How many rows the box draws at most: the row that leaves at one end is drawn anew at the other. */
  drawn: number
}

/** Which of *rows* a scrolled box draws; all are *row* pixels high, so a division tells it. */
export function useSight(box: RefObject<HTMLElement | null>, rows: number, row: number): Sight {
  const [top, setTop] = useState(0)
  const [high, setHigh] = useState(24)
  useEffect(() => {
    const home = box.current
    if (!home) return
    const look = () => setTop(Math.floor(home.scrollTop / row / STEP) * STEP)
    const watch = new ResizeObserver(() => {
      setHigh(Math.ceil(home.clientHeight / row))
      look()
    })
    watch.observe(home)
    home.addEventListener("scroll", look, { passive: true })
    return () => {
      watch.disconnect()
      home.removeEventListener("scroll", look)
    }
  }, [box, row])
  const drawn = high + 3 * STEP
  const first = Math.max(0, Math.min(top - STEP, rows - 1))
  return { first, end: Math.min(rows, first + drawn), drawn }
}
