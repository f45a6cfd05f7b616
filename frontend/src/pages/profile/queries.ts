import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"

export type OpenSession = Schemas["OpenSession"]
export type Passkey = Schemas["PasskeyLine"]

/** My own open sessions. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => answered(api.GET("/api/auth/sessions")),
})

/** How my own second factor stands. */
export const secondFactorQuery = queryOptions({
  queryKey: ["second factor"],
  queryFn: () => answered(api.GET("/api/session/second-factor")),
})

export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: () => answered(api.GET("/api/session/passkeys")),
})
