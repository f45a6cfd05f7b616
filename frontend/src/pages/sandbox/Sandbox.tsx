import { getRouteApi } from "@tanstack/react-router"
import { queries } from "@/api/queries"
import { Page } from "@/shell/Page"
import { Ask } from "./Ask"
import { runsQuery } from "./queries"
import { Result } from "./Result"
import { Runs } from "./Runs"

const route = getRouteApi("/shell/sandbox")

/** What the page asks at once. */
export const first = () => [queries.prefetchQuery(runsQuery)]

/** Settings and strategies tried beside the desk; nothing here trades. */
export function Sandbox() {
  const { run } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (next: string) =>
    void navigate({ search: (before) => ({ ...before, run: next }), resetScroll: false })
  return (
    <Page title="Sandbox" scope="Simulated on past days; nothing is traded">
      <div className="grid items-start gap-3.5 xl:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
        <Ask onStarted={open} />
        <div className="flex min-w-0 flex-col gap-3.5">
          {run && <Result key={run} run={run} />}
          <Runs open={run} onOpen={open} />
        </div>
      </div>
    </Page>
  )
}
