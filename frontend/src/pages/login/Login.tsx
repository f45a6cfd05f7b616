import { useQuery } from "@tanstack/react-query"
import { ShieldCheck } from "lucide-react"
import { sessionQuery } from "@/api/session"
import { safeNext } from "@/search"
import { Frame } from "./Frame"
import { passkeysQuery } from "./passkeys"
import { Steps } from "./Steps"

export function Login() {
  const { data: who, isPending } = useQuery(sessionQuery)
  const ways = useQuery(passkeysQuery)
  const next = new URLSearchParams(location.search).get("next") ?? undefined
  const enter = () => location.assign(safeNext(next))
  if (isPending || ways.isPending) return null
  return (
    <Steps
      who={who ?? null}
      passkeys={ways.data ?? false}
      onEntered={enter}
      frame={(title, note, step) => (
        <Frame title={title} note={note}>
          <title>{`${title} · Mathematricks`}</title>
          {step}
          <p className="mt-6 flex items-center gap-2 text-sm text-ink-3">
            <ShieldCheck aria-hidden className="size-4" />
            Sessions end after 30 minutes without use.
          </p>
        </Frame>
      )}
    />
  )
}
