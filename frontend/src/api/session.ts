import { queryOptions, useQuery } from "@tanstack/react-query"
import { readIn } from "@/format/time"
import { answered, api, holdCsrf, type Schemas } from "./client"
import { Failure } from "./failure"
import { queries } from "./queries"

export type Who = Schemas["Who"]

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async (): Promise<Who | null> => {
    try {
      return entered(await answered(api.GET("/api/auth/session")))
    } catch (failure) {
      if (failure instanceof Failure && failure.status === 401) return null
      throw failure
    }
  },
})

export function useWho(): Who | null {
  return useQuery(sessionQuery).data ?? null
}

/** Take what signing in answered: its token is shown with every change from now on. */
export function entered(who: Who): Who {
  holdCsrf(who.csrf_token ?? null)
  readIn(who.time_zone)
  queries.setQueryData(sessionQuery.queryKey, who)
  return who
}

/** Forget everything that was shown to the one who left. */
export function left(): void {
  holdCsrf(null)
  queries.clear()
  queries.setQueryData(sessionQuery.queryKey, null)
}

export async function signOut(): Promise<void> {
  try {
    await answered(api.POST("/api/auth/logout"))
  } catch (failure) {
    if (!(failure instanceof Failure && failure.status === 401)) throw failure
  }
  left()
}
