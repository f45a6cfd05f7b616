import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@/api/client"
import { Failure } from "@/api/failure"

/** The recommendation that waits for somebody's word; null: none does. */
export const proposalQuery = queryOptions({
  queryKey: ["allocations", "proposal"],
  queryFn: async () => {
    try {
      return await answered(api.GET("/api/portfolio/allocations/latest-recommendation"))
    } catch (failure) {
      if (failure instanceof Failure && failure.status === 404) return null
      throw failure
    }
  },
  staleTime: 10_000,
})
