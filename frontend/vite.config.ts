import { fileURLToPath } from "node:url"
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** A telephone far away pays for each file: what every address needs is one, what every page of the desk needs another. */
const CORE =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(query-core|react-query)|openapi-fetch|get-nonce|lucide-react)\/|src\/(api\/(client|failure|queries|session|stepUp)|live\/(clock|nonce|release)|format\/\w+|ui\/(Brand|Button|cx|Field|preferences|states|toast)|pages\/login\/(CodeForm|passkeys|RecoveryCodes|Refusal|schemas|useForm)|search)\.tsx?$/
const DESK =
  /node_modules\/(@tanstack\/|use-sync-external-store\/)|src\/(routes|(api|live|overview)\/\w+|shell\/(?!Shell\b|Palette|MobileMenu|TimeZone)\w+|ui\/(?!DialogBox|DrawerBox|StatementSheet)\w+|pages\/errors)\.tsx?$/

const desk = process.env.DESK_URL ?? "http://127.0.0.1:8080"

export default defineConfig({
  plugins: [react(), tailwindcss()],
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
