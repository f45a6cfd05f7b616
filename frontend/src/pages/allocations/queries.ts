import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import { Failure } from "@/api/failure"

export type Picture = Schemas["OptimizationPicture"]
export type Allocation = Schemas["PortfolioAllocation"]

async function orNothing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (failure) {
    if (failure instanceof Failure && failure.status === 404) return null
    throw failure
  }
}

/** What signals are sized by now; null: nothing yet. */
export const currentQuery = queryOptions({
  queryKey: ["allocations", "current"],
  queryFn: () => orNothing(answered(api.GET("/api/portfolio/allocations/current"))),
})

/** The processor's comparison of both, with the changes. */
export const viewQuery = queryOptions({
  queryKey: ["allocations", "view"],
  queryFn: () => answered(api.GET("/api/dashboard/allocations")),
})

export const historyQuery = queryOptions({
  queryKey: ["allocations", "history"],
  queryFn: () =>
    answered(api.GET("/api/portfolio/allocations/history", { params: { query: { limit: 50 } } })),
})

export const runsQuery = queryOptions({
  queryKey: ["allocations", "runs"],
  queryFn: () => answered(api.GET("/api/portfolio/optimizations", { params: { query: { limit: 20 } } })),
})

/** A run's frontier and distribution; a run never changes, what is ACTIVE does. */
export const pictureQuery = (run_id: string | undefined, active: string | undefined) =>
  queryOptions({
    queryKey: ["picture", run_id, active],
    enabled: run_id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      answered(
        api.GET("/api/portfolio/optimizations/{run_id}/picture", {
          params: { path: { run_id: run_id ?? "" } },
        }),
      ),
  })
