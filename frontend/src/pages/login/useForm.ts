import { type FormEvent, useRef, useState } from "react"
import { sentenceOf } from "@/api/failure"
import { type Problems, problemsOf, type Rule } from "./schemas"

/** A short form without a library: checked in the browser, then by the desk, whose sentence is shown. */
export function useForm<Form extends Record<string, string>>(rule: Rule, act: (form: Form) => Promise<void>) {
  const ref = useRef<HTMLFormElement>(null)
  const [problems, setProblems] = useState<Problems>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Form
    const found = await problemsOf(rule, form)
    setProblems(found)
    const first = Object.keys(found)[0]
    if (first) return focusOn(ref.current, first)
    setBusy(true)
    setRefusal(null)
    try {
      await act(form)
    } catch (failure) {
      setRefusal(sentenceOf(failure))
      focusOn(ref.current, Object.keys(form).at(-1))
    } finally {
      setBusy(false)
    }
  }

  return { ref, problems, refusal, busy, onSubmit }
}

function focusOn(form: HTMLFormElement | null, name: string | undefined): void {
  const input = name ? form?.elements.namedItem(name) : null
  if (input instanceof HTMLInputElement) input.focus()
}
