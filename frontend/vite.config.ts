import { fileURLToPath } from "node:url"
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
// @ts-expect-error it brings no types
import subsetFont from "subset-font"
import type { Plugin } from "vite"
import { defineConfig } from "vitest/config"

/** A telephone far away pays for each file: what every address needs is one, what every page of the desk needs another. */
const CORE =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(query-core|react-query)|openapi-fetch|get-nonce|lucide-react)\/|src\/(show|api\/(client|failure|queries|session|stepUp)|live\/(clock|nonce)|format\/\w+|ui\/(Brand|Button|cx|Field|preferences|states|toast)|pages\/login\/(CodeForm|passkeys|RecoveryCodes|Refusal|schemas|useForm)|search)\.tsx?$/
const DESK =
  /node_modules\/(@tanstack\/|use-sync-external-store\/)|src\/(routes|(api|live(?!\/release)|overview)\/\w+|shell\/(?!Palette|MobileMenu|TimeZone)\w+|ui\/(?!DialogBox|DrawerBox|StatementSheet)\w+|pages\/(errors|home\/Home))\.tsx?$/

const desk = process.env.DESK_URL ?? "http://127.0.0.1:8080"

const LATIN = String.fromCodePoint(...range(0x20, 0x7e), ...range(0xa0, 0xff))
const SIGNS = "–—‘’“”…•€←↑→↓−≤≥≈∞⌘▲▼✓"

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place)
}

/** The font holds what the pages write, from regular to bold, and comes beside the scripts: texts are laid out once. */
function slimFont(): Plugin {
  const isFont = (file: string) => file.endsWith(".woff2")
  return {
    name: "slim-font",
    apply: "build",
    async generateBundle(_, bundle) {
      const how = {
        targetFormat: "woff2",
        variationAxes: { wght: { min: 400, max: 700, default: 400 } },
      } as const
      for (const part of Object.values(bundle))
        if (part.type === "asset" && isFont(part.fileName))
          part.source = await subsetFont(Buffer.from(part.source), LATIN + SIGNS, how)
    },
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter(isFont)
          .map((file) => ({ tag: "link", injectTo: "head", attrs: { ...FONT, href: `/${file}` } })),
    },
  }
}

const FONT = { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, fetchpriority: "low" }

export default defineConfig({
  plugins: [react(), tailwindcss(), slimFont()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  html: { cspNonce: "__CSP_NONCE__" },
  server: { port: 5173, proxy: { "/api": { target: desk } } },
  build: {
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "core", test: CORE, priority: 2 },
            { name: "desk", test: DESK, priority: 1 },
          ],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  test: {
    environment: "node",
    pool: "threads",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
})
