import { getRouteApi, useRouter } from "@tanstack/react-router"
import { safeNext } from "@/search"
import { Frame } from "./Frame"
import { LoginForm } from "./LoginForm"

const route = getRouteApi("/login")

export function Login() {
  const router = useRouter()
  const { next } = route.useSearch()
  return (
    <Frame title="Sign in" note="Admins, clients and signal senders use the same page.">
      <title>Sign in · Mathematricks</title>
      <LoginForm onEntered={() => router.history.push(safeNext(next))} />
    </Frame>
  )
}
