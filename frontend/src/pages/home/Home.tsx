import { useEffect } from "react"
import { useWho } from "@/api/session"
import { lazyPage } from "@/lazyPage"
import { prefer, preferences } from "@/ui/preferences"

export const homes = {
  admin: lazyPage(() => import("./AdminHome"), "AdminHome"),
  client: lazyPage(() => import("../client/ClientHome"), "ClientHome"),
  sender: lazyPage(() => import("../sender/SenderHome"), "SenderHome"),
}

/** Three roles, three homes. */
export function Home() {
  const role = useWho()?.role
  useEffect(() => {
    if (role && role !== preferences().home) prefer({ home: role })
  }, [role])
  if (!role) return null
  const Own = homes[role].component
  return <Own />
}
