import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import { Failure } from "@/api/failure"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"

export type Strategy = Schemas["StrategyConfiguration"]
export type Card = Schemas["StrategyCard"]
export type Settings = Schemas["StrategySettings"]

export const cardsQuery = queryOptions({
  queryKey: ["strategyCards"],
  queryFn: () => answered(api.GET("/api/dashboard/strategies")),
})

/** Which strategies have a backtest. */
export const backtestedQuery = queryOptions({
  queryKey: ["backtested"],
  queryFn: () => answered(api.GET("/api/backtests")),
})

/** What a strategy's backtest came to; null: it has none. */
export const backtestQuery = (strategy_id: string) =>
  queryOptions({
    queryKey: ["backtest", strategy_id],
    staleTime: 60_000,
    queryFn: async () => {
      try {
        return await answered(
          api.GET("/api/strategies/{strategy_id}/backtest", { params: { path: { strategy_id } } }),
        )
      } catch (failure) {
        if (failure instanceof Failure && failure.status === 404) return null
        throw failure
      }
    },
  })

/** A strategy's settings with *change* in the place of what it names. */
export async function change(strategy: Strategy, changed: Partial<Settings>): Promise<void> {
  const { strategy_id, created_at: _, updated_at: __, version: ___, ...settings } = strategy
  const body = { ...settings, ...changed } as Settings
  await acted(() => api.PUT("/api/strategies/{strategy_id}", { params: { path: { strategy_id } }, body }))
  await forget()
}

export async function create(strategy: Schemas["NewStrategy"]): Promise<void> {
  await acted(() => api.POST("/api/strategies", { body: strategy }))
  await forget()
}

export async function remove(strategy_id: string): Promise<void> {
  await acted(() => api.DELETE("/api/strategies/{strategy_id}", { params: { path: { strategy_id } } }))
  await forget()
}

export async function forget(): Promise<void> {
  await queries.invalidateQueries({ queryKey: ["strategies"] })
  void queries.invalidateQueries({ queryKey: ["strategyCards"] })
}
