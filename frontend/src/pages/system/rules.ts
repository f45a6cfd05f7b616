import { fraction, quantity } from "@/format/number"

export interface Rule {
  key: string
  name: string
  hint: string
  kind: "number" | "share" | "whole" | "list"
}

/** What an entry may not exceed; empty: no limit. */
export const limitRules: readonly Rule[] = [
  { key: "max_order_quantity", name: "Order, units", hint: "Units of one order", kind: "number" },
  { key: "max_order_notional", name: "Order, value", hint: "In the account's base currency", kind: "number" },
  {
    key: "max_position",
    name: "Position, value",
    hint: "Held and ordered in one instrument",
    kind: "number",
  },
  {
    key: "max_daily_loss",
    name: "Loss of a day",
    hint: "Since 00:00 UTC; entries end there",
    kind: "number",
  },
  {
    key: "price_collar",
    name: "Price collar",
    hint: "Fraction beyond the middle of the quote, 0.05 is 5 %",
    kind: "share",
  },
  { key: "max_orders_per_second", name: "Orders a second", hint: "Exits counted", kind: "whole" },
  { key: "max_repeats", name: "Repeats", hint: "The same order again within the window", kind: "whole" },
  {
    key: "repeat_window",
    name: "Window, seconds",
    hint: "In which an order counts as a repeat",
    kind: "whole",
  },
  { key: "restricted", name: "Restricted", hint: "Instruments nobody may open, by commas", kind: "list" },
]

/** When the kill switch fires by itself; empty: never. */
export const triggerRules: readonly Rule[] = [
  { key: "drawdown", name: "Drawdown", hint: "Fraction lost since the highest equity", kind: "share" },
  { key: "day_loss", name: "Loss of a day", hint: "Fraction lost since 00:00 UTC", kind: "share" },
  { key: "margin", name: "Margin", hint: "Fraction of equity taken by initial margin", kind: "share" },
  { key: "cvar", name: "CVaR", hint: "Of the whole book a day; the desk's only", kind: "share" },
  { key: "rejects", name: "Rejects", hint: "Fraction of orders in five minutes", kind: "share" },
  {
    key: "rejects_of",
    name: "Rejects, of at least",
    hint: "Orders below which rejects say nothing",
    kind: "whole",
  },
  { key: "drift", name: "Drift", hint: "Positions that no execution explains", kind: "share" },
  {
    key: "stale",
    name: "Silence, seconds",
    hint: "Without news of the account or its quotes",
    kind: "whole",
  },
]

type Values = Readonly<Record<string, unknown>>

/** The rules that say something, as people read them. */
export function saidOf(rules: readonly Rule[], values: Values): string {
  const said = rules.flatMap((rule) => {
    const value = values[rule.key]
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return []
    return [`${rule.name} ${written(rule, value)}`]
  })
  return said.join("; ")
}

function written(rule: Rule, value: unknown): string {
  if (Array.isArray(value)) return value.join(", ")
  if (rule.kind === "share") return fraction(value as string, 1)
  return quantity(value as string)
}

/** Values as they stand in a form: text, empty where there is none. */
export function typedOf(rules: readonly Rule[], values: Values): Record<string, string> {
  return Object.fromEntries(
    rules.map(({ key }) => {
      const value = values[key]
      return [
        key,
        Array.isArray(value) ? value.join(", ") : value === null || value === undefined ? "" : String(value),
      ]
    }),
  )
}

/** What was typed, as the desk reads it; empty fields are left out. */
export function valuesOf(
  rules: readonly Rule[],
  typed: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    rules.flatMap(({ key, kind }): [string, unknown][] => {
      const text = (typed[key] ?? "").trim()
      if (!text) return []
      if (kind === "list")
        return [
          [
            key,
            text
              .split(",")
              .map((part) => part.trim())
              .filter(Boolean),
          ],
        ]
      return [[key, kind === "whole" ? Number(text) : text]]
    }),
  )
}
