// Journeys through the built pages of a real desk: node journeys.mjs BASE ONE_TIME_PASSWORD SCREENS. One JSON line each.
import { mkdirSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { axeSource, enrol, firstEntry, launch, PAGES, PASSWORD, signIn } from "./lib.mjs"

const [base, oneTime, screens] = process.argv.slice(2)
mkdirSync(screens, { recursive: true })
const SIZES = [
  [1440, 900],
  [390, 844],
]
const browser = await launch()
const violations = []
let admin

/** A window of its own, in PAPER, in one theme. */
async function window(theme = "light", [width, height] = SIZES[0], storageState) {
  const context = await browser.newContext({ viewport: { width, height }, ...(storageState ? { storageState } : {}) })
  await context.addInitScript((chosen) => {
    if (sessionStorage.getItem("themed")) return
    sessionStorage.setItem("themed", "yes")
    localStorage.setItem("theme", chosen)
    localStorage.setItem("preferences", JSON.stringify({ theme: chosen, mode: "PAPER" }))
  }, theme)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.troubles = []
  page.on("pageerror", (error) => page.troubles.push(error.message))
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) page.troubles.push(message.text())
  })
  return page
}

async function journey(name, walk) {
  const began = Date.now()
  try {
    await walk()
    tell({ name, ok: true, seconds: (Date.now() - began) / 1000 })
  } catch (error) {
    await first.screenshot({ path: `${screens}/failed-${name.replaceAll(/\W+/g, "-").slice(0, 40)}.png` }).catch(() => undefined)
    tell({ name, ok: false, error: String(error.stack ?? error).slice(0, 2000) })
  }
}

function tell(said) {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

function expect(holds, what) {
  if (!holds) throw new Error(what)
}

async function settled(page) {
  await page.locator("main").first().waitFor()
  await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0, null, { timeout: 15_000 }).catch(() => undefined)
  await page.evaluate(() => document.fonts.ready)
}

async function examine(page, name, theme) {
  await page.evaluate(axeSource)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }))
  for (const { id, nodes } of found.violations) {
    violations.push(`${name} ${theme} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(" | ")}`)
  }
}

async function show(page, name, theme) {
  const { width } = page.viewportSize()
  await page.screenshot({ path: `${screens}/${name}-${width}-${theme}.png` })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide <= 0, `${name} is ${wide} px wider than a window of ${width}`)
}

async function tour(pages, storageState, prefix = "") {
  const troubles = []
  for (const theme of ["light", "dark"]) {
    for (const size of SIZES) {
      const page = await window(theme, size, storageState)
      for (const [name, path] of pages) {
        try {
          await page.goto(base + path)
          await settled(page)
          await show(page, prefix + name, theme)
          if (size === SIZES[0]) await examine(page, prefix + name, theme)
        } catch (error) {
          troubles.push(`${prefix}${name} ${theme} ${size[0]}: ${String(error).slice(0, 300)}`)
        }
      }
      troubles.push(...page.troubles)
      await page.context().close()
    }
  }
  expect(troubles.length === 0, troubles.join("\n"))
}

const first = await window()
await journey("the first admin changes the one-time password, sets up a second factor and is home", async () => {
  await first.goto(`${base}/login`)
  for (const theme of ["light", "dark"]) {
    const page = await window(theme)
    await page.goto(`${base}/login`)
    await page.getByLabel("Password").waitFor()
    await show(page, "login", theme)
    await examine(page, "login", theme)
    await page.context().close()
  }
  admin = await firstEntry(first, base, "admin", oneTime)
  await first.getByText("Equity, USD").waitFor()
  expect(first.troubles.length === 0, first.troubles.join("\n"))
})
const kept = await first.context().storageState()

await journey("what a sender writes is text wherever it shows, and no script", async () => {
  const evil = `<img src=x onerror="document.documentElement.dataset.owned='yes'">`
  const { secrets } = await posted(first, "/api/sender-credentials", { name: "keyed", strategies: ["*"] })
  const { signal_id } = await posted(first, "/api/v1/signals", {
    strategy_name: evil,
    signalID: `${evil} id`,
    signal_sent_EPOCH: Math.floor(Date.now() / 1000),
    passphrase: secrets.passphrase,
    notes: evil,
    metadata: { [evil]: evil },
    signal_legs: [{ instrument: "AAPL", instrument_type: "STOCK", action: "BUY", quantity: 1, price: 150, order_type: "MARKET" }],
  })
  await first.goto(`${base}/activity`)
  await first.getByText(evil).first().waitFor()
  const lists = ["orders", "decisions"].map((list) => `/activity?list=${list}`)
  for (const path of ["/", ...lists, `/activity?signal=${signal_id}`, "/strategies", "/senders", "/system", "/users?list=audit"]) {
    await first.goto(base + path)
    await settled(first)
    const harmed = await first.evaluate(() => document.documentElement.dataset.owned ?? document.querySelectorAll('img[src="x"]').length)
    expect(harmed === 0, `${path} took it for markup: ${harmed}`)
  }
  await first.goto(`${base}/activity?signal=${signal_id}`)
  await first.getByRole("dialog", { name: "Receipt" }).getByText(evil).first().waitFor()
  expect(first.troubles.length === 0, first.troubles.join("\n"))
})

await journey("a signal's row leads to its receipt, by keyboard, and the address keeps it", async () => {
  await first.goto(`${base}/activity`)
  const rows = first.locator("tbody tr[aria-rowindex]")
  await rows.first().focus()
  await first.keyboard.press("ArrowDown")
  await first.keyboard.press("ArrowDown")
  await first.keyboard.press("ArrowUp")
  expect((await first.evaluate(() => document.activeElement.getAttribute("aria-rowindex"))) === "3", "arrows move among rows")
  await first.keyboard.press("Enter")
  await first.getByRole("dialog", { name: "Receipt" }).getByText("Way through the desk").waitFor()
  expect(first.url().includes("signal="), `the address names the signal: ${first.url()}`)
  await show(first, "receipt", "light")
  await examine(first, "receipt", "light")
  await first.reload()
  await first.getByRole("dialog", { name: "Receipt" }).getByText("Way through the desk").waitFor()
  await first.keyboard.press("Escape")
  expect(!first.url().includes("signal="), "Escape closes it")
  const [file] = await Promise.all([first.waitForEvent("download"), first.getByRole("button", { name: /CSV of/ }).click()])
  const text = await readFile(await file.path(), "utf8")
  expect(/^received,strategy,instrument/.test(text) && text.split("\r\n").length > 10, `a file of what is shown: ${text.slice(0, 80)}`)
})

await journey("a proposal is approved as it was shown, once, with the word typed", async () => {
  await first.goto(`${base}/allocations`)
  const picture = first.getByRole("img", { name: "Efficient frontier" })
  await picture.focus()
  await first.keyboard.press("Home")
  await first.getByText("Sample FX", { exact: true }).first().waitFor()
  await first.getByRole("img", { name: "Return distribution" }).waitFor()
  await show(first, "frontier", "light")
  await examine(first, "frontier", "light")
  await first.getByRole("button", { name: "Approve…" }).click()
  const approve = first.getByRole("button", { name: "Approve", exact: true })
  expect(await approve.isDisabled(), "nothing is approved before the word is typed")
  await first.getByLabel("Type APPROVE to continue").fill("APPROVE")
  await show(first, "approve", "light")
  await examine(first, "approve", "light")
  await approve.click()
  await first.getByText("Approved: new signals are sized by it").waitFor()
  await first.getByText("Nothing to review").waitFor()
})

await journey("a strategy is added, put on LIVE only with the word, and deleted", async () => {
  await first.goto(`${base}/strategies`)
  await first.getByRole("button", { name: "Add strategy" }).click()
  await first.getByRole("button", { name: "Add", exact: true }).click()
  await first.getByText("Name it as its signals do").waitFor()
  const form = first.getByRole("dialog")
  await form.getByLabel("Strategy ID").fill("Browser Test")
  await form.getByLabel("Name", { exact: true }).fill("<img src=x onerror=alert(1)>")
  await form.getByLabel("Account").fill("IBKR_Main")
  await show(first, "strategy-form", "light")
  await examine(first, "strategy-form", "light")
  await first.getByRole("button", { name: "Add", exact: true }).click()
  await first.getByRole("button", { name: /PAPER: change the mode of Browser Test/ }).click()
  expect(await first.getByRole("button", { name: "Trade LIVE" }).isDisabled(), "LIVE wants the word")
  await first.keyboard.press("Escape")
  await first.getByRole("button", { name: "Delete Browser Test" }).click()
  await first.getByLabel("Type DELETE to continue").fill("DELETE")
  await first.getByRole("button", { name: "Delete", exact: true }).click()
  await first.getByText("Browser Test is deleted").waitFor()
  expect(first.troubles.length === 0, first.troubles.join("\n"))
})

await journey("the kill switch stops in one press, and is re-armed by two admins", async () => {
  const other = await invited(first, "second-admin", "admin")
  await first.goto(`${base}/system`)
  await first.getByRole("button", { name: "Freeze entries" }).click()
  await first.getByText("Fired by admin,").first().waitFor()
  await show(first, "fired", "light")
  await first.getByRole("button", { name: "Ask to re-arm…" }).click()
  await first.getByLabel("Type REARM to continue").fill("REARM")
  await first.getByRole("button", { name: "Ask", exact: true }).click()
  await first.getByText("Waits for another admin").waitFor()
  await other.goto(`${base}/system`)
  await other.getByRole("button", { name: "Approve re-arming…" }).click()
  await other.getByLabel("Type REARM to continue").fill("REARM")
  await other.getByRole("button", { name: "Re-arm", exact: true }).click()
  await other.getByText("Nothing is fired").waitFor()
  await other.context().close()
})

await journey("a passkey is added with a fresh code, signs in in the place of password and code, and is removed", async () => {
  const named = base.replace("127.0.0.1", "localhost") // passkeys belong to a name
  const page = await invited(first, "passkey-by-browser", "sender", { sender: "keyed" }, named, async (opened) => {
    const device = await opened.context().newCDPSession(opened)
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true }
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, isUserVerified: true, automaticPresenceSimulation: true } })
  })
  await page.goto(`${named}/profile`)
  await page.getByRole("button", { name: "Add a passkey…" }).click()
  await page.getByLabel("Name").fill("Laptop")
  await page.getByRole("button", { name: "Go on" }).click()
  await page.getByText("From now on it signs you in").waitFor()
  await page.getByRole("cell", { name: "Laptop", exact: true }).waitFor()
  await show(page, "passkeys", "light")
  await examine(page, "passkeys", "light")
  await page.getByRole("button", { name: "Sign out" }).click()
  await page.getByRole("button", { name: "Use a passkey" }).waitFor()
  await show(page, "login-with-passkeys", "light")
  await examine(page, "login-with-passkeys", "light")
  await page.getByRole("button", { name: "Use a passkey" }).click()
  await page.getByRole("heading", { level: 1, name: "Home" }).waitFor()
  await page.goto(`${named}/profile`)
  await page.getByRole("button", { name: "Remove Laptop" }).click()
  await page.getByRole("button", { name: "Remove", exact: true }).click()
  await page.getByText("No passkeys").waitFor()
  expect(page.troubles.length === 0, page.troubles.join("\n"))
  await page.context().close()
})

await journey("a stream that falls silent is said, figures stay and dim, and it comes back", async () => {
  await first.goto(base)
  await first.getByText("Equity, USD").waitFor()
  await first.context().route("**/api/stream", (route) => route.abort())
  await first.reload()
  await first.getByText("Connection lost").waitFor({ timeout: 60_000 })
  expect(await first.getByText("Equity, USD").isVisible(), "the last figures stay")
  await show(first, "connection-lost", "light")
  await examine(first, "connection-lost", "light")
  await first.context().unroute("**/api/stream")
  await first.getByText(/Synced \d+ s ago/).waitFor({ timeout: 60_000 })
})

await journey("amounts hide, updates pause, and a page reads without a mouse", async () => {
  await first.goto(base)
  await first.getByText("Equity, USD").waitFor()
  await first.getByRole("button", { name: "Hide amounts" }).click()
  expect((await first.locator("dd").first().innerText()).includes("•"), "amounts are hidden")
  await first.getByRole("button", { name: "Show amounts" }).click()
  await first.getByRole("button", { name: "Pause updates" }).click()
  await first.getByText(/Paused/).waitFor()
  await first.getByRole("button", { name: "Resume updates" }).click()
  await first.reload()
  await first.getByText("Equity, USD").waitFor()
  await first.keyboard.press("Tab")
  expect((await first.evaluate(() => document.activeElement.textContent)) === "Skip to content", "the first stop skips to the content")
})

await journey("times are read in a zone of one's own, and every header says which", async () => {
  await first.goto(`${base}/activity`)
  await first.getByRole("button", { name: "Times in UTC" }).click()
  await first.getByLabel("Zone", { exact: true }).fill("Asia/Tokyo")
  await first.getByRole("button", { name: "Use it" }).click()
  await first.getByText("Received, Tokyo").waitFor()
  await first.getByRole("button", { name: "Times in Asia/Tokyo" }).click()
  await first.getByLabel("Zone", { exact: true }).fill("UTC")
  await first.getByRole("button", { name: "Use it" }).click()
  await first.getByText("Received, UTC").waitFor()
})

await journey("a client and a sender see their own homes, and nothing else is there for them", async () => {
  for (const [name, role, right] of [
    ["client-by-browser", "client", { client_id: "harbour-pension" }],
    ["sender-by-browser", "sender", { sender: "demo" }],
  ]) {
    const page = await invited(first, name, role, right)
    await settled(page)
    expect((await page.getByRole("link", { name: "Activity" }).count()) === 0, `${role} has no link to Activity`)
    for (const path of ["/api/dashboard", "/api/orders", "/api/users", "/api/controls"]) {
      const status = await page.evaluate((asked) => fetch(asked).then((answer) => answer.status), path)
      expect(status === 404, `${path} answers ${status} to a ${role}`)
    }
    const state = await page.context().storageState()
    await page.context().close()
    await tour(role === "sender" ? [["home", "/"], ["statements", "/statements"]] : [["home", "/"]], state, `${role}-`)
  }
})

await journey("a simulation is held against the desk as it is, and another is cancelled", async () => {
  await first.goto(`${base}/sandbox`)
  await first.getByLabel("Name").fill("Half the risk")
  await first.getByLabel("CVaR limit, %").fill("1")
  await first.getByRole("button", { name: "Simulate" }).click()
  await first.getByRole("heading", { name: "Before and after" }).waitFor({ timeout: 120_000 })
  await settled(first)
  await show(first, "simulated", "light")
  await examine(first, "simulated", "light")
  await first.getByLabel("Name").fill("Many histories")
  await first.getByLabel("Days lived through").selectOption("bootstrapped")
  await first.getByLabel("Histories drawn, at most 50").fill("50")
  await first.getByRole("button", { name: "Simulate" }).click()
  await first.getByRole("button", { name: "Cancel" }).click()
  await first.getByText("Cancelled").first().waitFor({ timeout: 60_000 })
})

await journey("every page stands at both sizes in both themes, and none is wider than its window", async () => {
  await tour(PAGES, await first.context().storageState())
})

await journey("axe finds nothing on any page in either theme", async () => {
  expect(violations.length === 0, violations.join("\n"))
})

await journey("signing out ends the session; signing in again wants password and code", async () => {
  await first.goto(base)
  await first.getByRole("button", { name: "Sign out" }).click()
  await first.getByLabel("Email or username").waitFor()
  const status = await first.evaluate(() => fetch("/api/dashboard").then((answer) => answer.status))
  expect(status === 401, `the dashboard answers ${status} after signing out`)
  await signIn(first, base, "admin", admin)
})

await browser.close()

/** Somebody let in by an admin: chooses a password, sets up a second factor where it is wanted, and is home. */
async function invited(by, name, role, right = {}, at = base, prepare = async () => undefined) {
  const { token } = await posted(by, "/api/users", { name, role, ...right })
  const page = await window()
  await prepare(page)
  await page.goto(`${at}/invitation/${token}`)
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD)
  await page.getByLabel("New password again").fill(PASSWORD)
  await page.getByRole("button", { name: "Choose password" }).click()
  const home = page.getByRole("navigation", { name: "Pages" })
  await Promise.race([home.waitFor(), page.locator("code").waitFor()])
  if (await page.locator("code").count()) await enrol(page)
  return page
}

/** What the desk answered to what *by* sent, with the token that its session shows. */
function posted(by, path, sent) {
  return by.evaluate(
    async ([address, body]) => {
      const { csrf_token } = await fetch("/api/auth/session").then((answer) => answer.json())
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf_token },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.json()
    },
    [path, sent],
  )
}
