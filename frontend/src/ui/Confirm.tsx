import { type FormEvent, type ReactNode, useState } from "react"
import { newKey } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { Button } from "./Button"
import { Dialog } from "./Dialog"
import { Field } from "./Field"
import { say } from "./toast"

interface ConfirmProps {
  title: string
  about: ReactNode
  /** What must be typed; undefined: nothing, for what is easily undone. */
  word?: string
  submit: string
  danger?: boolean
  wide?: boolean
  /** Does it; *key* is the same however often this dialog sends it. */
  act: (key: string) => Promise<unknown>
  done: string
  onClose: () => void
  children?: ReactNode
  /** Why it cannot be sent yet. */
  missing?: string | undefined
}

/** Asks before something dangerous: numbers of what will happen, a typed word; done only when the desk says so. */
export function Confirm(props: ConfirmProps) {
  const [key] = useState(newKey)
  const [typed, setTyped] = useState("")
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const ready = !props.missing && (!props.word || typed.trim().toUpperCase() === props.word)

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    setRefusal(null)
    try {
      await props.act(key)
      say(props.done)
      props.onClose()
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      about={props.about}
      {...(props.wide ? { wide: true } : {})}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {props.children}
        {props.word && (
          <Field
            label={`Type ${props.word} to continue`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus={!props.children}
          />
        )}
        {refusal && (
          <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
            {refusal}
          </p>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {props.missing && <span className="mr-auto text-sm text-ink-3">{props.missing}</span>}
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look={props.danger ? "danger" : "solid"} busy={busy} disabled={!ready}>
            {props.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
