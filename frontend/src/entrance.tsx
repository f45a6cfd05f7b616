import { QueryClientProvider } from "@tanstack/react-query"
import { queries } from "./api/queries"
import { Invitation } from "./pages/login/Invitation"
import { Login } from "./pages/login/Login"

/** The pages before the desk: signing in, and choosing a password with an invitation. */
export function Entrance() {
  const [, first, token] = location.pathname.split("/")
  return (
    <QueryClientProvider client={queries}>
      {first === "invitation" && token ? <Invitation token={decodeURIComponent(token)} /> : <Login />}
    </QueryClientProvider>
  )
}
