import { useQuery } from "@tanstack/react-query"
import { Failure } from "@/api/failure"
import { queries } from "@/api/queries"
import { ClientSheet } from "@/client/ClientSheet"
import { useEvery } from "@/live/query"
import { Page } from "@/shell/Page"
import { ModeBadge } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, Trouble } from "@/ui/states"
import { homeQuery } from "./queries"

/** What the page asks at once. */
export const first = () => [queries.prefetchQuery(homeQuery)]

/** A client's own page: what was put in, what it is worth, and what it returned. No trades. */
export function ClientHome() {
  const { data, error, refetch } = useQuery({ ...homeQuery, refetchInterval: useEvery(15) })
  const nothing = error instanceof Failure && error.status === 404
  return (
    <Page
      title="Home"
      scope={data?.display_name}
      document={data}
      actions={data && <ModeBadge mode={data.mode} />}
    >
      {error && !nothing && <Trouble what="Your capital" failure={error} retry={() => void refetch()} />}
      {nothing && !data && (
        <Panel title="Your capital">
          <Empty title="Nothing is in the fund yet">
            Your capital and its returns show here from your first deposit on.
          </Empty>
        </Panel>
      )}
      {(data || !error) && <ClientSheet view={data} />}
    </Page>
  )
}
