import { ShieldCheck } from "lucide-react"
import { type FormEvent, useRef, useState } from "react"
import { answered, api } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { entered } from "@/api/session"
import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { type Problems, problemsOf } from "./schemas"

/** Name and password; used by the login page and over a page whose session has ended. */
export function LoginForm({ name: known, onEntered }: { name?: string; onEntered: () => void }) {
  const [problems, setProblems] = useState<Problems>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const login = Object.fromEntries(new FormData(event.currentTarget)) as { name: string; password: string }
    const found = await problemsOf("login", login)
    setProblems(found)
    if (Object.keys(found).length > 0) return focusOn(form.current, Object.keys(found)[0])
    setBusy(true)
    setRefusal(null)
    try {
      entered(await answered(api.POST("/api/auth/login", { body: login })))
      onEntered()
    } catch (failure) {
      setRefusal(sentenceOf(failure))
      focusOn(form.current, "password")
    } finally {
      setBusy(false)
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field
        label="Email or username"
        name="name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!known}
        defaultValue={known}
        readOnly={known !== undefined}
        error={problems.name}
        className="h-10"
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus={known !== undefined}
        error={problems.password}
        className="h-10"
      />
      {refusal && (
        <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
          {refusal}
        </p>
      )}
      <Button type="submit" look="solid" size="large" busy={busy} className="mt-1">
        Continue
      </Button>
      <p className="mt-3 flex items-center gap-2 text-sm text-ink-3">
        <ShieldCheck aria-hidden className="size-4" />
        Sessions end after 30 minutes without use.
      </p>
    </form>
  )
}

export function focusOn(form: HTMLFormElement | null, name: string | undefined): void {
  const input = name ? form?.elements.namedItem(name) : null
  if (input instanceof HTMLInputElement) input.focus()
}
