// The pages' budgets, measured in Chromium: node ui.mjs BASE COOKIE CURVE WHAT… One JSON line for each measure.
import { createRequire } from "node:module"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { chromiumAt, launch, PAGES } from "../browser/lib.mjs"
import { busyPerFrame, layoutPerFrame, quantile } from "./frames.mjs"

const [base, cookie, curve, ...asked] = process.argv.slice(2)
const require = createRequire(new URL("../../frontend/package.json", import.meta.url))
const { default: lighthouse } = await import(pathToFileURL(require.resolve("lighthouse")))
const DESKTOP = { width: 1440, height: 900 }
const PORT = 20_000 + (process.pid % 20_000)
const LOGIN = ["login", "/login"]
const OF_PAPER = PAGES.map(([name, path]) => [name, `${path}?mode=PAPER`])
const ROWS = 10_000
const STEP = 120
const FRAMES = 240
const LIGHTS = 3

const browser = await launch()
const context = await browser.newContext({ viewport: DESKTOP })

function tell(budget, page, measured) {
  process.stdout.write(`${JSON.stringify({ budget, page, ...measured })}\n`)
}

async function enter() {
  await context.addCookies([{ name: "session", value: cookie, url: base, httpOnly: true, sameSite: "Strict" }])
}

/** A page that stands: nothing of it is a skeleton any more. */
async function standing(page, path) {
  await page.goto(base + path)
  await page.locator("main").first().waitFor()
  await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0)
}

/** What a page loads of code and style by itself, as it came over the line. */
async function size([name, path]) {
  const own = await browser.newContext({ viewport: DESKTOP, storageState: await context.storageState() })
  const page = await own.newPage()
  const sizes = []
  page.on("requestfinished", (request) => {
    if (/\.(js|css)$/.test(new URL(request.url()).pathname)) sizes.push(request.sizes())
  })
  await standing(page, path)
  for (let seen = -1; seen !== sizes.length; await page.waitForTimeout(2000)) seen = sizes.length
  const bytes = (await Promise.all(sizes)).reduce((sum, each) => sum + each.responseBodySize, 0)
  await own.close()
  tell("size", name, { measured: bytes / 1024 })
}

/** How long Home takes from the address to figures and picture that answer, all parts in the browser's cache. */
async function interactive() {
  const page = await context.newPage()
  await page.addInitScript(() => {
    window.busyUntil = 0
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) window.busyUntil = Math.max(window.busyUntil, task.startTime + task.duration)
    }).observe({ type: "longtask", buffered: true })
    const look = () => {
      const stands = document.querySelector("main dl dd") && document.querySelector("main canvas")
      if (stands && document.querySelectorAll(".skeleton").length === 0) window.stoodAt = performance.now()
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  const times = []
  for (let round = 0; round < 8; round++) {
    await page.goto(`${base}/?mode=PAPER`)
    await page.waitForFunction(() => window.stoodAt)
    await page.waitForTimeout(300)
    times.push(await page.evaluate(() => Math.max(window.stoodAt, window.busyUntil)))
  }
  await page.close()
  const warm = times.slice(1)
  tell("interactive", "home", { measured: quantile(warm, 0.5), worst: Math.max(...warm) })
}

/** When each signal was painted on Home; the driver sends them and knows when their document was written. */
async function live(signals) {
  const page = await context.newPage()
  await page.addInitScript(() => {
    window.heard = {}
    const listen = EventSource.prototype.addEventListener
    EventSource.prototype.addEventListener = function (name, hear) {
      listen.call(this, name, (event) => {
        if (name === "overview")
          for (const { signal_id } of JSON.parse(event.data).signals)
            window.heard[signal_id] ??= performance.timeOrigin + performance.now()
        hear(event)
      })
    }
  })
  await standing(page, "/?mode=PAPER")
  await page.evaluate(() => {
    window.painted = {}
    window.standing = true
    const look = () => {
      const fresh = [...document.querySelectorAll('main ol a[href*="signal="]')]
        .map((link) => new URL(link.href).searchParams.get("signal"))
        .filter((signal) => !(signal in window.painted))
      for (const signal of fresh) window.painted[signal] = null
      if (fresh.length === 0 || window.standing) return
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          for (const signal of fresh) window.painted[signal] = performance.timeOrigin + performance.now()
        }
        port2.postMessage(0)
      })
    }
    look()
    window.standing = false
    new MutationObserver(look).observe(document.querySelector("main"), { subtree: true, childList: true, attributes: true })
  })
  tell("ready", "home", {})
  await page.waitForTimeout(signals * 1000)
  tell("painted", "home", await page.evaluate(() => ({ at: window.painted, heard: window.heard })))
  await page.close()
}

/** Trace *act*, which yields a frame at a time, and return each frame's script and layout. */
async function traced(page, act, step = 0) {
  const session = await context.newCDPSession(page)
  const events = []
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value))
  await session.send("Tracing.start", { categories: "devtools.timeline,v8,blink.user_timing", transferMode: "ReportEvents" })
  await page.evaluate(act, [FRAMES, step])
  const ended = new Promise((done) => session.once("Tracing.tracingComplete", done))
  await session.send("Tracing.end")
  await ended
  const frames = busyPerFrame(events)
  return {
    measured: quantile(frames, 0.95),
    median: quantile(frames, 0.5),
    layout: quantile(layoutPerFrame(events), 0.95),
    worst: Math.max(...frames),
    frames: frames.length,
  }
}

/** Scrolls a list of many rows from end to end; the rows are the desk's own, told again and again under other ids. */
async function scrolling() {
  const page = await context.newPage()
  await page.route("**/api/signals?*", async (route) => {
    const answer = await route.fetch()
    const { items, ...rest } = await answer.json()
    const many = Array.from({ length: ROWS }, (_, n) => ({ ...items[n % items.length], signal_id: `row-${n}` }))
    await route.fulfill({ response: answer, json: { ...rest, items: many } })
  })
  await standing(page, "/activity?mode=PAPER")
  const rows = await page.locator("table[aria-rowcount]").first().getAttribute("aria-rowcount")
  const measured = await traced(page, async ([frames, step]) => {
    const box = document.querySelector("table[aria-rowcount]").parentElement
    for (let frame = 0; frame < frames; frame++) {
      await new Promise(requestAnimationFrame)
      box.scrollTop += step
    }
  }, STEP)
  tell("scrolling", "activity", { ...measured, rows: Number(rows) - 1, pixels_a_frame: STEP })
  await page.close()
}

/** Draws the equity line anew as live updates bring other points of it; the curve is what the desk makes of 100,000. */
async function redrawing() {
  const page = await context.newPage()
  await page.addInitScript(() => {
    const Real = window.EventSource
    window.EventSource = class extends Real {
      constructor(...how) {
        super(...how)
        window.line = this
      }
    }
  })
  const line = JSON.parse(readFileSync(curve, "utf8"))
  const told = (points) => ({ mode: "PAPER", currency: "USD", curves: [{ ...line, points }], as_of: new Date().toISOString(), expected_every: 60 })
  await page.route("**/api/dashboard/equity?*", (route) => route.fulfill({ json: told(line.points) }))
  await standing(page, "/?mode=PAPER")
  await page.locator("main canvas").first().waitFor()
  const said = Array.from({ length: 8 }, (_, n) => JSON.stringify(told(line.points.slice(0, line.points.length - n))))
  await page.evaluate((kept) => {
    window.said = kept
  }, said)
  const measured = await traced(page, async ([frames]) => {
    for (let frame = 0; frame < frames; frame++) {
      await new Promise(requestAnimationFrame)
      window.line.dispatchEvent(new MessageEvent("equity", { data: window.said[frame % window.said.length] }))
    }
  })
  tell("redrawing", "home", { ...measured, points_drawn: line.points.length })
  await page.close()
}

/** Lighthouse as on a telephone: its own slow network and slow processor, in a Chromium that nobody else drives. */
async function lighthouses(pages) {
  const profile = mkdtempSync(join(tmpdir(), "bench-ui-"))
  const alone = chromiumAt(PORT, profile)
  try {
    while (!(await fetch(`http://127.0.0.1:${PORT}/json/version`).catch(() => null))) await pause(100)
    for (const page of pages) await lights(page)
  } finally {
    alone.kill()
    await once(alone, "exit")
    rmSync(profile, { recursive: true, force: true })
  }
}

/** Lights one page up a few times; a busy machine spoils one now and then, so the run in the middle is told. */
async function lights([name, path]) {
  const runs = []
  for (let run = 0; run < LIGHTS; run++) {
    const { lhr } = await lighthouse(base + path, {
      port: PORT,
      output: "json",
      logLevel: "error",
      onlyCategories: ["performance", "accessibility"],
      ...(name === "login" ? {} : { extraHeaders: { Cookie: `session=${cookie}` } }),
      maxWaitForLoad: 20_000,
    })
    runs.push(lhr)
  }
  const middle = (read) => runs.toSorted((one, other) => read(one) - read(other))[Math.floor(LIGHTS / 2)]
  const score = ({ categories }) => categories.performance.score * 100
  const lcp = ({ audits }) => (audits["largest-contentful-paint"].numericValue ?? Number.POSITIVE_INFINITY) / 1000
  const usual = middle(score)
  tell("performance", name, { measured: score(usual), machine: usual.environment.benchmarkIndex, runs: runs.map(score) })
  const slow = middle(lcp)
  tell("lcp", name, {
    measured: lcp(slow),
    runs: runs.map(lcp),
    told: slow.audits["largest-contentful-paint"].errorMessage ?? slow.runtimeError?.message,
    fcp: slow.audits["first-contentful-paint"].numericValue / 1000,
    tbt: slow.audits["total-blocking-time"].numericValue,
    cls: slow.audits["cumulative-layout-shift"].numericValue,
  })
  const { accessibility } = usual.categories
  tell("accessibility", name, {
    measured: accessibility.score * 100,
    found: accessibility.auditRefs.map(({ id }) => usual.audits[id]).filter(({ score }) => score !== null && score < 1).map(({ id }) => id),
  })
}

const lit = [LOGIN, ...OF_PAPER].filter(([name]) => asked.includes(name))
const has = (what) => asked.length === lit.length || asked.includes(what)
if (has("size")) await size(LOGIN)
await enter()
if (has("size")) for (const page of OF_PAPER) await size(page)
if (has("interactive")) await interactive()
if (has("live")) await live(40)
if (has("scrolling")) await scrolling()
if (has("redrawing")) await redrawing()
await browser.close()
if (has("lighthouse")) await lighthouses(lit.length > 0 ? lit : [LOGIN, ...OF_PAPER])
