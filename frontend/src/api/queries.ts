import { QueryClient } from "@tanstack/react-query"
import { isPassing } from "./failure"

/** Asks again by itself only what may pass, keeps the last good figures meanwhile. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        gcTime: 10 * 60_000,
        retry: (times, failure) => times < 2 && isPassing(failure),
        retryDelay: (times) => 500 * 2 ** times,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
}

export const queries = newQueryClient()
