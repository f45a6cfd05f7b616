import { lazy, Suspense } from "react"
import type { DialogProps } from "./DialogBox"

const Box = lazy(() => import("./DialogBox").then((part) => ({ default: part.DialogBox })))

/** A question over the page; what draws it comes with the first one, so that no page waits for it. */
export function Dialog(props: DialogProps) {
  if (!props.open) return null
  return (
    <Suspense fallback={null}>
      <Box {...props} />
    </Suspense>
  )
}
