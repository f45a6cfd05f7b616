/** Read the named text parameters of an address; what is empty or not text is not there. */
export function searchOf<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [name in Name]?: string | undefined } => {
    const read: { [name in Name]?: string | undefined } = {}
    for (const name of names) {
      const value = search[name]
      if (typeof value === "string" && value !== "") read[name] = value
      if (typeof value === "number") read[name] = String(value)
    }
    return read
  }
}

/** An address of our own to go to; anything else leads home. */
export function safeNext(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/"
}

/** Which money a page shows, where its address says so. */
export function modeOf(search: Record<string, unknown>): { mode?: "LIVE" | "PAPER" | undefined } {
  return search.mode === "LIVE" || search.mode === "PAPER" ? { mode: search.mode } : {}
}

/** Where one signs in, and comes back from. */
export function loginFor(next: string): string {
  return next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`
}
