import "./index.css"
import { type ReactNode, StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { allowStyles } from "./live/nonce"
import { reloadOnStaleChunk } from "./live/release"

reloadOnStaleChunk()
allowStyles()

/** Whoever is not in yet loads the entrance alone; the desk's pages are another part. */
const outside = /^\/(login|invitation)(\/|$)/.test(location.pathname)

function show(page: ReactNode): void {
  const root = document.getElementById("root")
  if (root) createRoot(root).render(<StrictMode>{page}</StrictMode>)
}

if (outside) {
  void import("./entrance").then(({ Entrance }) => show(<Entrance />))
} else {
  void import("./shell/Shell")
  void import("./app").then(({ App }) => show(<App />))
}
