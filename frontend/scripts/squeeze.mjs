// Lays a .br and a .gz beside each text of dist/assets: squeezed once as far as it goes, and never while somebody waits.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { dist } from "./parts.mjs"

const assets = new URL("assets/", dist)
for (const name of readdirSync(assets).filter((each) => /\.(js|css|svg)$/.test(each))) {
  const text = readFileSync(new URL(name, assets))
  writeFileSync(new URL(`${name}.br`, assets), brotliCompressSync(text))
  writeFileSync(new URL(`${name}.gz`, assets), gzipSync(text, { level: 9 }))
}
