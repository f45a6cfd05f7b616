import "./index.css"
import { askAhead } from "./ahead"
import { reloadOnStaleChunk } from "./live/release"

reloadOnStaleChunk()
askAhead(location)

/** Whoever is not in yet loads the entrance alone; a choice between two imports would load what both of them need. */
const parts = { entrance: () => import("./entrance"), app: () => import("./app") }
const outside = /^\/(login|invitation)(\/|$)/.test(location.pathname)

void framePainted()
  .then(() => import("./show")) // a part after the other, so that none of them is a long task
  .then(parts[outside ? "entrance" : "app"])

/** Resolves once what the document itself holds is on the screen; a window that nobody looks at paints nothing. */
function framePainted(): Promise<void> {
  return new Promise((go) => {
    new PerformanceObserver(() => go()).observe({ type: "paint", buffered: true })
    setTimeout(go, document.hidden ? 0 : 1000)
  })
}
