import * as z from "zod/mini"
import type { Schemas } from "@/api/client"
import type { Strategy } from "./queries"

z.config({ jitless: true })

const filled = (message: string) => z.string().check(z.trim(), z.minLength(1, message), z.maxLength(100))
const amount = z.string().check(z.regex(/^$|^\d+(\.\d+)?$/, "A positive number, or empty"))

export const schema = z.object({
  strategy_id: filled("Name it as its signals do"),
  strategy_name: filled("Give it a name for people"),
  status: z.enum(["ACTIVE", "TESTING", "INACTIVE"]),
  account: filled("Name the account"),
  trading_mode: z.enum(["LIVE", "PAPER"]),
  sizing: z.string(),
  max_position_size: amount,
  max_daily_loss: amount,
  developer_contact: z.string().check(z.regex(/^$|^[^@\s]+@[^@\s]+$/, "An email address, or empty")),
  include_in_optimization: z.boolean(),
  notes: z.string(),
  word: z.string(),
})
export type Form = z.infer<typeof schema>

/** The form as it stands before anyone types. */
export function formOf(strategy: Strategy | undefined): Form {
  return {
    strategy_id: strategy?.strategy_id ?? "",
    strategy_name: strategy?.strategy_name ?? "",
    status: strategy?.status ?? "TESTING",
    account: strategy?.account ?? "",
    trading_mode: strategy?.trading_mode ?? "PAPER",
    sizing: strategy?.sizing ?? "",
    max_position_size: strategy?.risk_limits?.max_position_size ?? "",
    max_daily_loss: strategy?.risk_limits?.max_daily_loss ?? "",
    developer_contact: strategy?.developer_contact ?? "",
    include_in_optimization: strategy?.include_in_optimization ?? true,
    notes: strategy?.notes ?? "",
    word: "",
  }
}

/** What the desk is told; numbers go as they were typed. */
export function bodyOf(form: Form): Omit<Schemas["NewStrategy"], "strategy_id"> {
  const { strategy_id: _, word: __, max_position_size, max_daily_loss, sizing, ...rest } = form
  return {
    ...rest,
    sizing: (sizing || null) as Schemas["NewStrategy"]["sizing"] & null,
    risk_limits: { max_position_size: max_position_size || null, max_daily_loss: max_daily_loss || null },
  }
}
