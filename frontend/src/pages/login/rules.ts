import * as z from "zod/mini"

z.config({ jitless: true })

const filled = (message: string) => z.string().check(z.minLength(1, message))

export const schemas = {
  login: z.object({ name: filled("Type your email or username"), password: filled("Type your password") }),
  password: z
    .object({
      current: filled("Type the password you have"),
      fresh: z.string().check(z.minLength(12, "Use at least 12 characters")),
      again: z.string(),
    })
    .check(
      z.refine((form) => form.fresh === form.again, { path: ["again"], message: "The two are not the same" }),
    ),
}
