import { getRouteApi } from "@tanstack/react-router"
import { queries } from "@/api/queries"
import { strategiesQuery } from "@/api/strategies"
import { ReceiptDrawer } from "@/receipt/ReceiptDrawer"
import { Page } from "@/shell/Page"
import { Panel } from "@/ui/Panel"
import { Segments } from "@/ui/Segments"
import { Decisions } from "./Decisions"
import { Filters } from "./Filters"
import { Orders } from "./Orders"
import { Signals, signalsQuery } from "./Signals"

const route = getRouteApi("/shell/activity")
const tabs = [
  ["signals", "Signals"],
  ["orders", "Orders"],
  ["decisions", "Decisions"],
] as const
type Tab = (typeof tabs)[number][0]
const lists = { signals: Signals, orders: Orders, decisions: Decisions }

/** What the page asks at once. */
export const first = () => [
  queries.prefetchInfiniteQuery(signalsQuery(undefined)),
  queries.prefetchQuery(strategiesQuery),
]

/** What came in, what was decided on it, what was sent out; each row leads to its receipt. */
export function Activity() {
  const { list, signal } = route.useSearch()
  const navigate = route.useNavigate()
  const shown: Tab = tabs.find(([tab]) => tab === list)?.[0] ?? "signals"
  const List = lists[shown]
  return (
    <Page title="Activity" modes>
      <Panel
        title={
          <Segments
            name="List"
            options={tabs}
            value={shown}
            onChange={(next) => void navigate({ search: ({ mode }) => ({ mode, list: next }) })}
          />
        }
        actions={<Filters list={shown} />}
        flush
      >
        <List />
      </Panel>
      <ReceiptDrawer
        signal={signal}
        onClose={() =>
          void navigate({ search: (search) => ({ ...search, signal: undefined }), resetScroll: false })
        }
      />
    </Page>
  )
}
