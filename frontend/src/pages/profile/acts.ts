import { answered, api } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { addPasskey } from "@/pages/login/passkeys"
import { passkeysQuery, secondFactorQuery, sessionsQuery } from "./queries"

async function changed<T>(act: Promise<T>, ...shown: { queryKey: readonly unknown[] }[]): Promise<T> {
  const answer = await act
  for (const { queryKey } of shown) void queries.invalidateQueries({ queryKey })
  return answer
}

export const endSession = (session_id: string) =>
  changed(
    answered(api.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id } } })),
    sessionsQuery,
  )
export const endOtherSessions = () => changed(answered(api.DELETE("/api/auth/sessions")), sessionsQuery)

/** Both want a fresh code of the second factor. */
export const newRecoveryCodes = () =>
  changed(
    acted(() => api.POST("/api/session/recovery-codes")),
    secondFactorQuery,
  )
export const add = (name: string) => changed(addPasskey(name), passkeysQuery)

/** At once, without a code. */
export const remove = (passkey_id: string) =>
  changed(
    answered(api.DELETE("/api/session/passkeys/{passkey_id}", { params: { path: { passkey_id } } })),
    passkeysQuery,
  )
