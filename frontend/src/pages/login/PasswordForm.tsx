import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { Refusal } from "./Refusal"
import { useForm } from "./useForm"

export interface Chosen extends Record<string, string> {
  current: string
  fresh: string
}

interface PasswordFormProps {
  act: (chosen: Chosen) => Promise<void>
  submit: string
  /** Whether the password one has is asked for too. */
  known: boolean
}

/** A new password, typed twice. */
export function PasswordForm({ act, submit, known }: PasswordFormProps) {
  const form = useForm<Chosen>(known ? "password" : "chosen", act)
  return (
    <form ref={form.ref} onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      {known && (
        <Field
          label="Password you have"
          name="current"
          type="password"
          autoComplete="current-password"
          autoFocus
          error={form.problems.current}
          className="h-10"
        />
      )}
      <Field
        label="New password"
        name="fresh"
        type="password"
        autoComplete="new-password"
        autoFocus={!known}
        hint="At least 12 characters; a few unrelated words are easiest to remember"
        error={form.problems.fresh}
        className="h-10"
      />
      <Field
        label="New password again"
        name="again"
        type="password"
        autoComplete="new-password"
        error={form.problems.again}
        className="h-10"
      />
      <Refusal>{form.refusal}</Refusal>
      <Button type="submit" look="solid" size="large" busy={form.busy}>
        {submit}
      </Button>
    </form>
  )
}
