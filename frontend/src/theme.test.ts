import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const css = readFileSync("src/theme.css", "utf8")
const light = tokensOf(css.slice(0, css.indexOf('[data-theme="dark"]')))
const dark = { ...light, ...tokensOf(css.slice(css.indexOf('[data-theme="dark"]'))) }

const text = ["ink", "ink-2", "ink-3", "gain", "loss", "warn", "live"]
const pairs: [string, string][] = [
  ...text.flatMap((ink): [string, string][] => ["bg", "panel", "hover"].map((ground) => [ink, ground])),
  ["gain", "gain-soft"],
  ["loss", "loss-soft"],
  ["warn", "warn-soft"],
  ["live", "live-soft"],
  ["ink-2", "paper-soft"],
  ["ink-2", "loss-soft"],
  ["ink", "loss-soft"],
  ["on-solid", "solid"],
  ["on-danger", "danger"],
]

for (const [name, tokens] of [
  ["light", light],
  ["dark", dark],
] as const) {
  test.each(pairs)(`${name}: %s on %s can be read`, (ink, ground) => {
    expect(contrast(tokens[ink] ?? "", tokens[ground] ?? "")).toBeGreaterThanOrEqual(4.5)
  })
  test(`${name}: the edge of an input and the focus can be seen`, () => {
    for (const edge of ["edge", "focus"]) {
      expect(contrast(tokens[edge] ?? "", tokens.panel ?? "")).toBeGreaterThanOrEqual(3)
    }
  })
}

function tokensOf(part: string): Record<string, string> {
  return Object.fromEntries(
    [...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  )
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
