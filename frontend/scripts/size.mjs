// What each page costs to open, gzipped: all it loads by itself, its pictures too. Fails beyond the budget.
import { existsSync, readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"

const LOGIN_BUDGET = 120
const PAGE_BUDGET = 180
const dist = new URL("../dist/", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"))
const weights = new Map()

function weigh(file) {
  if (!weights.has(file))
    weights.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 6 }).length / 1024)
  return weights.get(file)
}

function withImports(key, files = new Set()) {
  const part = manifest[key]
  if (!part || files.has(part.file)) return files
  files.add(part.file)
  for (const css of part.css ?? []) files.add(css)
  for (const imported of part.imports ?? []) withImports(imported, files)
  return files
}

/** The parts that lead to *key* by dynamic imports, from the page's own first one on. */
function wayTo(key) {
  const before = Object.keys(manifest).find(
    (other) => other.startsWith("src/pages/") && manifest[other].dynamicImports?.includes(key),
  )
  return before ? [...wayTo(before), key] : [key]
}

const entrance = (key) => key.startsWith("src/pages/login/")
const pages = Object.keys(manifest).filter(
  (key) => key.startsWith("src/pages/") && manifest[key].isDynamicEntry,
)
/** Add the pictures that *files* draw by themselves once they stand. */
function withPictures(files) {
  for (const part of Object.values(manifest)) {
    if (!files.has(part.file)) continue
    for (const key of part.dynamicImports ?? []) if (key.startsWith("src/ui/chart/")) withImports(key, files)
  }
}

let beyond = 0
for (const page of pages) {
  const files = withImports("index.html")
  if (entrance(page)) withImports("src/entrance.tsx", files)
  else for (const part of ["src/app.tsx", "src/shell/Shell.tsx"]) withImports(part, files)
  for (const part of wayTo(page)) withImports(part, files)
  withPictures(files)
  const cost = [...files]
    .filter((file) => /\.(js|css)$/.test(file))
    .reduce((sum, file) => sum + weigh(file), 0)
  const budget = entrance(page) ? LOGIN_BUDGET : PAGE_BUDGET
  if (cost > budget) beyond += 1
  process.stdout.write(
    `${cost > budget ? "BEYOND" : "    ok"} ${cost.toFixed(1).padStart(7)} of ${budget} KB  ${page}\n`,
  )
}
if (!existsSync(dist) || pages.length === 0) throw new Error("Build first: npm run build")
process.exitCode = beyond > 0 ? 1 : 0
