import { useSyncExternalStore } from "react"

/** What one person likes, kept in this browser alone. */
export interface Preferences {
  theme: "system" | "light" | "dark"
  mode: "LIVE" | "PAPER"
  hideAmounts: boolean
  shortcuts: boolean
  /** Whose home was opened last: what it draws is asked for before anything else is known. */
  home: "admin" | "client" | "sender"
}

const defaults: Preferences = {
  theme: "system",
  mode: "LIVE",
  hideAmounts: false,
  shortcuts: true,
  home: "admin",
}
const listeners = new Set<() => void>()
let current: Preferences = load()

function load(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem("preferences") ?? "{}")
    return { ...defaults, ...(kept as Partial<Preferences>) }
  } catch {
    return defaults
  }
}

export function preferences(): Preferences {
  return current
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change }
  try {
    localStorage.setItem("preferences", JSON.stringify(current))
    localStorage.setItem("theme", current.theme)
  } catch {
    // Without storage it holds until the page is closed.
  }
  showTheme()
  for (const each of listeners) each()
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences)
}

export function isDark(): boolean {
  return document.documentElement.dataset.theme === "dark"
}

function showTheme(): void {
  const dark =
    current.theme === "dark" ||
    (current.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches)
  document.documentElement.dataset.theme = dark ? "dark" : "light"
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
