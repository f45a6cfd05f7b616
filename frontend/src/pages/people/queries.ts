import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"

export type UserLine = Schemas["UserLine"]
export type AuditLine = Schemas["AuditLine"]
const PAGE = 100

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => answered(api.GET("/api/users")),
})

export interface AuditFilters {
  actor?: string | undefined
  action?: string | undefined
  /** A day, UTC. */
  since?: string | undefined
}

/** Who did what, the newest first, page by page. */
export const auditQuery = ({ actor, action, since }: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ["audit", actor ?? "", action ?? "", since ?? ""],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/audit", {
          params: {
            query: {
              limit: PAGE,
              actor: actor ?? null,
              action: action ?? null,
              since: since ? `${since}T00:00:00Z` : null,
              before: pageParam,
            },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
