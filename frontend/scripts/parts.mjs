// What the build consists of, and which parts lead to a page.
import { readFileSync } from "node:fs"

export const dist = new URL("../dist/", import.meta.url)
export const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"))
const ENTRANCE = ["index.html", "src/show.tsx", "src/entrance.tsx"]
const DESK = ["index.html", "src/show.tsx", "src/app.tsx"]

/** Add the files of *key* and of all that it imports, but for what it loads later. */
export function withImports(key, files = new Set()) {
  const part = manifest[key]
  if (!part || files.has(part.file)) return files
  files.add(part.file)
  for (const css of part.css ?? []) files.add(css)
  for (const imported of part.imports ?? []) withImports(imported, files)
  return files
}

export const isEntrance = (key) => key === "src/entrance.tsx" || key.startsWith("src/pages/login/")

/** The files that must be there before the page of *key* stands. */
export function filesOf(key) {
  const files = new Set()
  for (const part of [...(isEntrance(key) ? ENTRANCE : DESK), ...wayTo(key)]) withImports(part, files)
  return files
}

/** The parts that lead to *key* by dynamic imports, from the page's own first one on; none leads from the desk to the entrance. */
function wayTo(key) {
  const before = Object.keys(manifest).find(
    (other) =>
      other.startsWith("src/pages/") &&
      isEntrance(other) === isEntrance(key) &&
      manifest[other].dynamicImports?.includes(key),
  )
  return before ? [...wayTo(before), key] : [key]
}
