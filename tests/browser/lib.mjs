// What every journey needs: a Chromium, an authenticator, and somebody who signs in.
import { spawn } from "node:child_process"
import { createHmac } from "node:crypto"
import { createRequire } from "node:module"

const require = createRequire(new URL("../../frontend/package.json", import.meta.url))
const { chromium } = require("playwright-core")

export const axeSource = require("axe-core").source
export const PASSWORD = "correct-horse-battery-9"
const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"
export const PAGES = [
  ["home", "/"],
  ["allocations", "/allocations"],
  ["activity", "/activity"],
  ["strategies", "/strategies"],
  ["sandbox", "/sandbox"],
  ["accounts", "/accounts"],
  ["clients", "/clients"],
  ["senders", "/senders"],
  ["system", "/system"],
  ["users", "/users"],
  ["profile", "/profile"],
]

/** Start the Chromium of CHROMIUM, or Debian's. */
export function launch() {
  return chromium.launch({ executablePath, args: FLAGS.split(" ") })
}

/** Start one that others drive through *port*, with a profile of its own. */
export function chromiumAt(port, profile) {
  const args = [...FLAGS.split(" "), "--headless", `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`]
  return spawn(executablePath, [...args, "about:blank"], { stdio: "ignore" })
}

/** An authenticator app: codes of RFC 6238, each shown once as the desk takes each once. */
export class Authenticator {
  constructor(secret) {
    this.key = fromBase32(secret)
    this.secret = secret
    this.lastStep = -1
  }

  /** Return a code that was not shown before; waits for the next half minute where it must. */
  async code() {
    while (step() <= this.lastStep) await new Promise((go) => setTimeout(go, 250))
    this.lastStep = step()
    const message = Buffer.alloc(8)
    message.writeBigUInt64BE(BigInt(this.lastStep))
    const mac = createHmac("sha1", this.key).update(message).digest()
    const at = mac[mac.length - 1] & 15
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0")
  }
}

function step() {
  return Math.floor(Date.now() / 30_000)
}

function fromBase32(text) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  let bits = ""
  for (const letter of text.replaceAll(/[^A-Z2-7]/g, "")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0")
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
}

/** The first time of a person with a one-time password: their own password, their authenticator, their codes. */
export async function firstEntry(page, base, name, oneTime) {
  await page.goto(`${base}/login`)
  await password(page, name, oneTime)
  await page.getByLabel("Password you have").fill(oneTime)
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD)
  await page.getByLabel("New password again").fill(PASSWORD)
  await page.getByRole("button", { name: "Change password" }).click()
  return enrol(page)
}

/** Scan (read) the key, confirm with a code, keep the recovery codes. */
export async function enrol(page) {
  const key = page.locator("code")
  await key.filter({ hasText: /[A-Z2-7]{16}/ }).waitFor()
  const authenticator = new Authenticator(await key.innerText())
  await page.getByLabel("Code that the app shows").fill(await authenticator.code())
  await page.getByRole("button", { name: "Confirm" }).click()
  await page.getByRole("button", { name: "I have kept them" }).click()
  await page.getByRole("heading", { level: 1, name: "Home" }).waitFor()
  return authenticator
}

export async function signIn(page, base, name, authenticator) {
  await page.goto(`${base}/login`)
  await password(page, name, PASSWORD)
  await page.getByLabel("Code of your authenticator").fill(await authenticator.code())
  await page.getByRole("button", { name: "Continue" }).click()
  await page.getByRole("heading", { level: 1, name: "Home" }).waitFor()
}

async function password(page, name, word) {
  await page.getByLabel("Email or username").fill(name)
  await page.getByLabel("Password").fill(word)
  await page.getByRole("button", { name: "Continue" }).click()
}
