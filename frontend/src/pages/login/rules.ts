import * as z from "zod/mini"

z.config({ jitless: true })

const filled = (message: string) => z.string().check(z.minLength(1, message))
const fresh = z.string().check(z.minLength(12, "Use at least 12 characters"))
const same = z.refine<{ fresh: string; again: string }>((form) => form.fresh === form.again, {
  path: ["again"],
  message: "The two are not the same",
})

export const schemas = {
  login: z.object({ name: filled("Type your email or username"), password: filled("Type your password") }),
  password: z.object({ current: filled("Type the password you have"), fresh, again: z.string() }).check(same),
  chosen: z.object({ fresh, again: z.string() }).check(same),
  code: z.object({ code: z.string().check(z.trim(), z.minLength(6, "Six digits, or a recovery code")) }),
}
