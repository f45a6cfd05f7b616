import { QueryClientProvider } from "@tanstack/react-query"
import { type ReactNode, StrictMode, startTransition } from "react"
import { createRoot } from "react-dom/client"
import { queries } from "./api/queries"
import { allowStyles } from "./live/nonce"

/** Put the page in the place of its frame; as a transition, so that no long task keeps a finger waiting. */
export function show(page: ReactNode): void {
  allowStyles()
  const place = document.getElementById("root")
  if (!place) return
  const root = createRoot(place)
  startTransition(() =>
    root.render(
      <StrictMode>
        <QueryClientProvider client={queries}>{page}</QueryClientProvider>
      </StrictMode>,
    ),
  )
}
