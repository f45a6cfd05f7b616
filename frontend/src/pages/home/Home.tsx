import { lazy, Suspense } from "react"
import { useWho } from "@/api/session"

const homes = {
  admin: lazy(() => import("./AdminHome").then((part) => ({ default: part.AdminHome }))),
  client: lazy(() => import("../client/ClientHome").then((part) => ({ default: part.ClientHome }))),
  sender: lazy(() => import("../sender/SenderHome").then((part) => ({ default: part.SenderHome }))),
}

/** Three roles, three homes. */
export function Home() {
  const who = useWho()
  if (!who) return null
  const Own = homes[who.role]
  return (
    <Suspense fallback={null}>
      <Own />
    </Suspense>
  )
}
