import { lazy, Suspense } from "react"
import type { DrawerProps } from "./DrawerBox"

const Box = lazy(() => import("./DrawerBox").then((part) => ({ default: part.DrawerBox })))

/** Something opened beside the list it came from. */
export function Drawer(props: DrawerProps) {
  if (!props.open) return null
  return (
    <Suspense fallback={null}>
      <Box {...props} />
    </Suspense>
  )
}
