import { answered, api } from "@/api/client"
import { entered, type Who } from "@/api/session"
import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { Refusal } from "./Refusal"
import { useForm } from "./useForm"

interface LoginFormProps {
  name?: string | undefined
  onEntered: (who: Who) => void
}

/** Name and password: the first step in, also over a page whose session has ended. */
export function LoginForm({ name, onEntered }: LoginFormProps) {
  const form = useForm<{ name: string; password: string }>("login", async (login) =>
    onEntered(entered(await answered(api.POST("/api/auth/login", { body: login })))),
  )
  return (
    <form ref={form.ref} onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      <Field
        label="Email or username"
        name="name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!name}
        defaultValue={name}
        readOnly={name !== undefined}
        error={form.problems.name}
        className="h-10"
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus={name !== undefined}
        error={form.problems.password}
        className="h-10"
      />
      <Refusal>{form.refusal}</Refusal>
      <Button type="submit" look="solid" size="large" busy={form.busy} className="mt-1">
        Continue
      </Button>
    </form>
  )
}
