// Runs before the first paint, so that a dark desk never flashes white. Kept out of the page for the strict CSP.
;(() => {
  let wanted = "system"
  try {
    wanted = localStorage.getItem("theme") ?? "system"
  } catch {
    // A browser that forbids storage follows the system.
  }
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches)
  document.documentElement.dataset.theme = dark ? "dark" : "light"
})()
