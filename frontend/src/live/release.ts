const KEY = "reloaded-for-release"

/** After a release the old page's parts are gone: load the page anew, once, not for ever. */
export function reloadOnStaleChunk(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - lastReload() < 60_000) return
    event.preventDefault()
    sessionStorage.setItem(KEY, String(Date.now()))
    location.reload()
  })
}

function lastReload(): number {
  return Number(sessionStorage.getItem(KEY) ?? 0)
}
