import type { Schemas } from "@/api/client"

export const methods = [
  "max_return_cvar",
  "min_cvar",
  "max_sharpe",
  "min_volatility",
  "risk_parity",
  "max_cagr_drawdown",
] as const
type Request = Schemas["SimulationRequest"]
const shares = [
  "cvar_limit",
  "cap",
  "leverage",
  "margin_limit",
  "slippage_limit",
  "correlation_threshold",
] as const

export const defaults = {
  name: "",
  method: "" as "" | (typeof methods)[number],
  reoptimise: "monthly" as NonNullable<Request["reoptimise"]>,
  kind: "historical" as NonNullable<Schemas["Scenario"]["kind"]>,
  cvar_limit: "",
  cap: "",
  leverage: "",
  margin_limit: "",
  slippage_limit: "",
  correlation_threshold: "",
  volatility: "1.5",
  crashes: "3",
  haircut: "50",
  correlation: "30",
  paths: "20",
  compare: true,
}
export type Form = typeof defaults

/** What the desk is asked; per cent become the fractions it reckons in, empty fields are left out. */
export function bodyOf(form: Form, hypothetical: Schemas["HypotheticalStrategy"][]): Request {
  const settings = Object.fromEntries(
    shares.flatMap((name) => (form[name].trim() ? [[name, Number(form[name]) / 100]] : [])),
  )
  const scenario = {
    kind: form.kind,
    ...(form.kind === "stressed" && {
      volatility: Number(form.volatility),
      crashes: Number(form.crashes),
      haircut: Number(form.haircut) / 100,
      correlation: Number(form.correlation) / 100,
    }),
    ...(form.kind === "bootstrapped" && { paths: Number(form.paths) }),
  }
  return {
    name: form.name,
    compare: form.compare,
    reoptimise: form.reoptimise,
    settings: { ...settings, ...(form.method && { method: form.method }) },
    scenario,
    hypothetical,
  } as Request
}
