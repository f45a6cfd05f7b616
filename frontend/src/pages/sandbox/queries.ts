import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"

export type Run = Schemas["SandboxRun"]
export type Summary = Schemas["SandboxSummary"]
export type Figures = Schemas["SimulatedFigures"]

export const runsQuery = queryOptions({
  queryKey: ["sandbox", "runs"],
  queryFn: () => answered(api.GET("/api/sandbox/simulations", { params: { query: { limit: 50 } } })),
})

export const runQuery = (run_id: string) =>
  queryOptions({
    queryKey: ["sandbox", "run", run_id],
    queryFn: () => answered(api.GET("/api/sandbox/simulations/{run_id}", { params: { path: { run_id } } })),
  })

export function isOver(status: Summary["status"]): boolean {
  return status !== "QUEUED" && status !== "RUNNING"
}
