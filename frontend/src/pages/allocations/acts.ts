import { api } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"

const keyed = (key: string) => ({ params: { header: { "Idempotency-Key": key } } })

async function changed<T>(act: Promise<T>): Promise<T> {
  const answer = await act
  void queries.invalidateQueries({ queryKey: ["allocations"] })
  return answer
}

export function approve(allocation_id: string, reason: string, key: string) {
  return changed(
    acted(() =>
      api.POST("/api/portfolio/allocations/approve", { ...keyed(key), body: { allocation_id, reason } }),
    ),
  )
}

export function reject(allocation_id: string, reason: string, key: string) {
  return changed(
    acted(() =>
      api.POST("/api/portfolio/allocations/reject", { ...keyed(key), body: { allocation_id, reason } }),
    ),
  )
}

/** Shares set by hand; the desk writes down who is signed in as the one who approved. */
export function setByHand(allocations: Record<string, string>, reason: string, key: string) {
  const body = { allocations, reason, approved_by: "me" }
  return changed(acted(() => api.POST("/api/portfolio/allocations/custom", { ...keyed(key), body })))
}
