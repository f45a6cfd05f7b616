import { api, type Schemas } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"

async function changed<T>(act: Promise<T>): Promise<T> {
  const answer = await act
  for (const queryKey of [["agreements"], ["sender"]]) void queries.invalidateQueries({ queryKey })
  return answer
}

export function agree(body: Schemas["AgreementRequest"]) {
  return changed(acted(() => api.POST("/api/agreements", { body })))
}

/** The agreement counts no more from *ends_on* on. */
export function endAgreement(agreement_id: string, ends_on: string) {
  const params = { path: { agreement_id } }
  return changed(acted(() => api.POST("/api/agreements/{agreement_id}/end", { params, body: { ends_on } })))
}

/** Records a payment that was made; the desk wants a fresh code of the second factor first. */
export function recordPayment(agreement_id: string, body: Schemas["NewPayment"]) {
  const params = { path: { agreement_id } }
  return changed(acted(() => api.POST("/api/agreements/{agreement_id}/payments", { params, body })))
}

async function accessChanged<T>(act: Promise<T>): Promise<T> {
  const answer = await act
  void queries.invalidateQueries({ queryKey: ["senderAccess"] })
  return answer
}

export function letSend(body: Schemas["NewSender"]) {
  return accessChanged(acted(() => api.POST("/api/sender-credentials", { body })))
}

export function changeAccess(sender: string, body: Schemas["SenderSettings"]) {
  const params = { path: { sender } }
  return accessChanged(acted(() => api.PUT("/api/sender-credentials/{sender}", { params, body })))
}

export function rotateSecrets(sender: string, overlap_seconds: number) {
  const asked = { params: { path: { sender } }, body: { kinds: [], overlap_seconds } }
  return accessChanged(acted(() => api.POST("/api/sender-credentials/{sender}/rotate", asked)))
}

export function revokeSecrets(sender: string) {
  const asked = { params: { path: { sender } }, body: { kinds: [] } }
  return accessChanged(acted(() => api.POST("/api/sender-credentials/{sender}/revoke", asked)))
}
