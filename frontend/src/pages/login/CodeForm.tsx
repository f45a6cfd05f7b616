import { useState } from "react"
import { answered, api } from "@/api/client"
import { entered, type Who } from "@/api/session"
import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { Refusal } from "./Refusal"
import { useForm } from "./useForm"

interface CodeFormProps {
  path: "/api/session/second-factor" | "/api/session/step-up"
  onShown: (who: Who) => void
  submit: string
}

/** A code of the authenticator; a recovery code where the device is lost. Codes paste and fill in by themselves. */
export function CodeForm({ path, onShown, submit }: CodeFormProps) {
  const [lost, setLost] = useState(false)
  const form = useForm<{ code: string }>("code", async ({ code }) =>
    onShown(entered(await answered(api.POST(path, { body: { code } })))),
  )
  return (
    <form ref={form.ref} onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      <Field
        key={String(lost)}
        label={lost ? "Recovery code" : "Code of your authenticator"}
        name="code"
        autoComplete={lost ? "off" : "one-time-code"}
        inputMode={lost ? "text" : "numeric"}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={40}
        hint={
          lost
            ? "One of those you kept when you set up the device; each works once"
            : "Six digits, new every 30 seconds"
        }
        error={form.problems.code}
        className="h-10 tracking-widest"
      />
      <Refusal>{form.refusal}</Refusal>
      <Button type="submit" look="solid" size="large" busy={form.busy}>
        {submit}
      </Button>
      <button
        type="button"
        className="self-start text-sm text-ink-2 underline"
        onClick={() => setLost(!lost)}
      >
        {lost ? "I have the device" : "I lost the device"}
      </button>
      {lost && (
        <p className="text-sm text-ink-3">
          Without a recovery code either, ask another admin to reset your second factor.
        </p>
      )}
    </form>
  )
}
