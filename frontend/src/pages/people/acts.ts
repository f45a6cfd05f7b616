import { api, type Schemas } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"

async function changed<T>(act: Promise<T>): Promise<T> {
  const answer = await act
  for (const queryKey of [["users"], ["audit"]]) void queries.invalidateQueries({ queryKey })
  return answer
}

const of = (user_id: string) => ({ params: { path: { user_id } } })

/** Each lets somebody in, or nearer: the desk wants a fresh code of the second factor. */
export const invite = (body: Schemas["NewUser"]) => changed(acted(() => api.POST("/api/users", { body })))
export const inviteAgain = (id: string) =>
  changed(acted(() => api.POST("/api/users/{user_id}/invitation", of(id))))
export const enable = (id: string) => changed(acted(() => api.POST("/api/users/{user_id}/enable", of(id))))
export const resetSecondFactor = (id: string) =>
  changed(acted(() => api.POST("/api/users/{user_id}/reset-second-factor", of(id))))
export const change = (id: string, body: Schemas["UserChange"]) =>
  changed(acted(() => api.PATCH("/api/users/{user_id}", { ...of(id), body })))

/** Each puts somebody out: at once, without a code. */
export const disable = (id: string) => changed(acted(() => api.POST("/api/users/{user_id}/disable", of(id))))
export const revokeSessions = (id: string) =>
  changed(acted(() => api.POST("/api/users/{user_id}/revoke-sessions", of(id))))
