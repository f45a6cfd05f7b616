import { api, type Schemas } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"

async function changed<T>(act: Promise<T>, client_id: string): Promise<T> {
  const answer = await act
  for (const queryKey of [["clients"], ["fund"], ["client", client_id], ["clientFlows", client_id]])
    void queries.invalidateQueries({ queryKey })
  return answer
}

export function admit(body: Schemas["NewClient"]) {
  return changed(
    acted(() => api.POST("/api/clients", { body })),
    body.client_id,
  )
}

export function recordFlow(client_id: string, body: Schemas["FlowRequest"]) {
  return changed(
    acted(() => api.POST("/api/clients/{client_id}/flows", { params: { path: { client_id } }, body })),
    client_id,
  )
}

/** The cash of a flow has reached, or left, the broker. */
export function recordArrival(client_id: string, flow_id: string) {
  return changed(
    acted(() =>
      api.POST("/api/clients/{client_id}/flows/{flow_id}/arrival", {
        params: { path: { client_id, flow_id } },
      }),
    ),
    client_id,
  )
}
