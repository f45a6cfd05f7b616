import { type ReactNode, useEffect, useRef, useState } from "react"

/** Its children, once their place comes near the window: what nobody scrolls to is not loaded. */
export function WhenNear({ children, className }: { children: ReactNode; className: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver(([found]) => found?.isIntersecting && setNear(true), {
      rootMargin: "200px",
    })
    if (place.current) watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  return near ? children : <div ref={place} className={className} />
}
