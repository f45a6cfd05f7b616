import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Layers, Plus } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import { queries } from "@/api/queries"
import { strategiesQuery } from "@/api/strategies"
import { useEvery } from "@/live/query"
import { Page } from "@/shell/Page"
import { Button } from "@/ui/Button"
import { cx } from "@/ui/cx"
import { inputLook } from "@/ui/Field"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { Act, type Acting } from "./Act"
import { backtestedQuery, cardsQuery } from "./queries"
import { StrategyTable } from "./StrategyTable"

const StrategyForm = lazy(() => import("./StrategyForm").then((part) => ({ default: part.StrategyForm })))
const route = getRouteApi("/shell/strategies")

/** What the page asks at once. */
export const first = () => [
  queries.prefetchQuery(strategiesQuery),
  queries.prefetchQuery(cardsQuery),
  queries.prefetchQuery(backtestedQuery),
]

/** Which strategies trade, where, and with which money. */
export function Strategies() {
  const { text, status, account, trading } = route.useSearch()
  const navigate = route.useNavigate()
  const every = useEvery(10)
  const { data, error, refetch } = useQuery(strategiesQuery)
  const cards = useQuery({ ...cardsQuery, refetchInterval: every })
  const [acting, setActing] = useState<Acting | null>(null)
  const filter = (change: Record<string, string | undefined>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const shown = data?.items.filter(
    (one) =>
      (!status || one.status === status) &&
      (!account || one.account === account) &&
      (!trading || one.trading_mode === trading) &&
      (!text || `${one.strategy_id} ${one.strategy_name}`.toLowerCase().includes(text.toLowerCase())),
  )
  const accounts = [...new Set(data?.items.map((one) => one.account))].sort()
  return (
    <Page
      title="Strategies"
      document={cards.data?.items[0]}
      actions={
        <Button look="solid" size="small" onClick={() => setActing({ what: "add" })}>
          <Plus aria-hidden className="size-3.5" />
          Add strategy
        </Button>
      }
    >
      <Panel
        title="Strategies"
        note={data && `${shown?.length} of ${data.items.length}; each row says its mode`}
        flush
        actions={
          <search className="flex flex-wrap gap-1.5">
            <input
              type="search"
              aria-label="Find by id or name"
              placeholder="Find"
              defaultValue={text}
              onChange={(event) => filter({ text: event.target.value || undefined })}
              className={cx(inputLook, "h-7 w-40 text-sm")}
            />
            <Pick
              name="Status"
              any="Any status"
              value={status}
              options={["ACTIVE", "TESTING", "INACTIVE"]}
              onPick={(next) => filter({ status: next })}
            />
            <Pick
              name="Account"
              any="All accounts"
              value={account}
              options={accounts}
              onPick={(next) => filter({ account: next })}
            />
            <Pick
              name="Mode"
              any="LIVE and PAPER"
              value={trading}
              options={["LIVE", "PAPER"]}
              onPick={(next) => filter({ trading: next })}
            />
          </search>
        }
      >
        {error && !data && (
          <div className="px-3.5 pb-3">
            <Trouble what="The strategies" failure={error} retry={() => void refetch()} />
          </div>
        )}
        {!error && !data && <SkeletonRows rows={8} />}
        {data && shown?.length === 0 && (
          <Empty
            icon={Layers}
            title={data.items.length ? "No strategy passes the filters" : "No strategy yet"}
          >
            {data.items.length === 0 &&
              "Add strategy makes one; then sync its backtest and give its sender the name."}
          </Empty>
        )}
        {shown && shown.length > 0 && (
          <StrategyTable strategies={shown} cards={cards.data?.items} onAct={setActing} />
        )}
      </Panel>
      {(acting?.what === "add" || acting?.what === "edit") && (
        <Suspense fallback={null}>
          <StrategyForm
            strategy={acting.what === "edit" ? acting.strategy : undefined}
            accounts={accounts}
            onClose={() => setActing(null)}
          />
        </Suspense>
      )}
      {acting && acting.what !== "add" && acting.what !== "edit" && (
        <Act acting={acting} onClose={() => setActing(null)} />
      )}
    </Page>
  )
}

function Pick(props: {
  name: string
  any: string
  value: string | undefined
  options: string[]
  onPick: (value: string | undefined) => void
}) {
  return (
    <select
      aria-label={props.name}
      value={props.value ?? ""}
      onChange={(event) => props.onPick(event.target.value || undefined)}
      className={cx(inputLook, "h-7 text-sm")}
    >
      <option value="">{props.any}</option>
      {props.options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  )
}
