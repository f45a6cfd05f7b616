import { getRouteApi, useRouter } from "@tanstack/react-router"
import { type FormEvent, useRef, useState } from "react"
import { answered, api } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { entered } from "@/api/session"
import { safeNext } from "@/search"
import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { Frame } from "./Frame"
import { focusOn } from "./LoginForm"
import { type Problems, problemsOf } from "./schemas"

const route = getRouteApi("/password")

/** A password of one's own in the place of a one-time one. */
export function NewPassword() {
  const router = useRouter()
  const { next } = route.useSearch()
  const [problems, setProblems] = useState<Problems>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const typed = Object.fromEntries(new FormData(event.currentTarget)) as Record<
      "current" | "fresh" | "again",
      string
    >
    const found = await problemsOf("password", typed)
    setProblems(found)
    if (Object.keys(found).length > 0) return focusOn(form.current, Object.keys(found)[0])
    setBusy(true)
    setRefusal(null)
    try {
      entered(
        await answered(
          api.POST("/api/auth/password", { body: { current: typed.current, new: typed.fresh } }),
        ),
      )
      router.history.push(safeNext(next))
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Frame
      title="Choose a password"
      note="The one you signed in with works once. Every other session of yours ends."
    >
      <title>Choose a password · Mathematricks</title>
      <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field
          label="Password you have"
          name="current"
          type="password"
          autoComplete="current-password"
          autoFocus
          error={problems.current}
          className="h-10"
        />
        <Field
          label="New password"
          name="fresh"
          type="password"
          autoComplete="new-password"
          hint="At least 12 characters; a few unrelated words are easiest to remember"
          error={problems.fresh}
          className="h-10"
        />
        <Field
          label="New password again"
          name="again"
          type="password"
          autoComplete="new-password"
          error={problems.again}
          className="h-10"
        />
        {refusal && (
          <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
            {refusal}
          </p>
        )}
        <Button type="submit" look="solid" size="large" busy={busy}>
          Change password
        </Button>
      </form>
    </Frame>
  )
}
