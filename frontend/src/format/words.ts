/** Codes as words: FULLY_DEPLOYED reads "Fully deployed", partly_filled "Partly filled". */
export function words(code: string | null | undefined): string {
  if (!code) return ""
  const said = code.replaceAll("_", " ").toLowerCase()
  return (said.charAt(0).toUpperCase() + said.slice(1)).replace(/\b(cvar|nav|roi|pnl)\b/gi, acronym)
}

function acronym(found: string): string {
  const known: Record<string, string> = { cvar: "CVaR", nav: "NAV", roi: "ROI", pnl: "P&L" }
  return known[found.toLowerCase()] ?? found
}

/** A sentence begins with a capital, whoever wrote it. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** "1 strategy", "3 strategies" */
export function counted(many: number, one: string, more = `${one}s`): string {
  return `${many.toLocaleString("en-US")} ${many === 1 ? one : more}`
}
