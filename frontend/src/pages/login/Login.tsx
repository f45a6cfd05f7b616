import { getRouteApi, useRouter } from "@tanstack/react-router"
import { ShieldCheck } from "lucide-react"
import { useWho } from "@/api/session"
import { safeNext } from "@/search"
import { Frame } from "./Frame"
import { Steps } from "./Steps"

const route = getRouteApi("/login")

export function Login() {
  const router = useRouter()
  const who = useWho()
  const { next } = route.useSearch()
  return (
    <Steps
      who={who}
      onEntered={() => router.history.push(safeNext(next))}
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
