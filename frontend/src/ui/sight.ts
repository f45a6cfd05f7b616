import { type RefObject, useEffect, useState } from "react"

const STEP = 8

/**
 * The first row in sight of a scrolled box and the one after the last, with some to spare on both sides.
 * All rows are *row* pixels high, so a division tells it; it moves eight rows at a time, so most frames draw none.
 */
export function useSight(box: RefObject<HTMLElement | null>, rows: number, row: number): [number, number] {
  const [top, setTop] = useState(0)
  const [high, setHigh] = useState(24)
  useEffect(() => {
    const home = box.current
    if (!home) return
    const look = () => {
      setTop(Math.floor(home.scrollTop / row / STEP) * STEP)
      setHigh(Math.ceil(home.clientHeight / row))
    }
    const watch = new ResizeObserver(look)
    watch.observe(home)
    home.addEventListener("scroll", look, { passive: true })
    return () => {
      watch.disconnect()
      home.removeEventListener("scroll", look)
    }
  }, [box, row])
  return [Math.min(Math.max(0, top - STEP), Math.max(0, rows - 1)), Math.min(rows, top + high + 2 * STEP)]
}
