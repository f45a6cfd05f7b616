// What each page costs to open, gzipped: all it loads by itself, its pictures too. Fails beyond the budget.
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { dist, filesOf, isEntrance, manifest, withImports } from "./parts.mjs"

const LOGIN_BUDGET = 120
const PAGE_BUDGET = 180
const weights = new Map()

function weigh(file) {
  if (!weights.has(file))
    weights.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 6 }).length / 1024)
  return weights.get(file)
}

/** Add the pictures that *files* draw by themselves once they stand. */
function withPictures(files) {
  for (const part of Object.values(manifest)) {
    if (!files.has(part.file)) continue
    for (const key of part.dynamicImports ?? []) if (key.startsWith("src/ui/chart/")) withImports(key, files)
  }
  return files
}

const pages = Object.keys(manifest).filter(
  (key) => key.startsWith("src/pages/") && manifest[key].isDynamicEntry,
)
let beyond = 0
for (const page of pages) {
  const cost = [...withPictures(filesOf(page))]
    .filter((file) => /\.(js|css)$/.test(file))
    .reduce((sum, file) => sum + weigh(file), 0)
  const budget = isEntrance(page) ? LOGIN_BUDGET : PAGE_BUDGET
  if (cost > budget) beyond += 1
  process.stdout.write(
    `${cost > budget ? "BEYOND" : "    ok"} ${cost.toFixed(1).padStart(7)} of ${budget} KB  ${page}\n`,
  )
}
if (pages.length === 0) throw new Error("Build first: npm run build")
process.exitCode = beyond > 0 ? 1 : 0
