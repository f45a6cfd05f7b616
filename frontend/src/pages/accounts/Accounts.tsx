import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Landmark } from "lucide-react"
import { useState } from "react"
import { api, type Schemas } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { type Overview, overviewQuery, useOverview } from "@/api/overview"
import { queries } from "@/api/queries"
import { reconciliationsQuery } from "@/api/reconciliations"
import { acted } from "@/api/stepUp"
import { span } from "@/format/time"
import { ageOf } from "@/live/age"
import { useNow } from "@/live/clock"
import { useEvery } from "@/live/query"
import { Positions } from "@/overview/Positions"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { cx } from "@/ui/cx"
import { Amount, SignedAmount } from "@/ui/figures"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { say } from "@/ui/toast"
import { Found } from "./Found"

type Account = Overview["accounts"][number]
type Report = Schemas["ReconciliationReport"]
const route = getRouteApi("/shell/accounts")

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(overviewQuery(mode)),
  queries.prefetchQuery(reconciliationsQuery),
]

/** Where the money lies: each account at its broker, what it holds, and whether our books agree with the venue's. */
export function Accounts() {
  const [mode] = useMode()
  const { account } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useOverview(mode)
  const reports = useQuery({ ...reconciliationsQuery, refetchInterval: useEvery(15) })
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function sync() {
    setBusy(true)
    setRefusal(null)
    try {
      const report = await acted(() => api.POST("/api/reconciliations"))
      say(
        report.agreed ? "Synced: our books and every venue's agree" : "Synced: something differed, see below",
      )
      await queries.invalidateQueries(reconciliationsQuery)
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  const last = reports.data?.items[0]
  return (
    <Page
      title="Accounts"
      modes
      document={data}
      actions={
        <Button size="small" busy={busy} onClick={() => void sync()}>
          Sync now
        </Button>
      }
    >
      {refusal && (
        <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
          {refusal}
        </p>
      )}
      {error && !data && <Trouble what="The accounts" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={5} />}
      {data?.accounts.length === 0 && (
        <div className="rounded-md border border-line bg-panel">
          <Empty icon={Landmark} title={`No ${mode} account has reported`}>
            An account shows here once its broker has told its first balance.
          </Empty>
        </div>
      )}
      <ul className="grid gap-3.5 md:grid-cols-2 2xl:grid-cols-3">
        {data?.accounts.map((one) => (
          <li key={one.account}>
            <Card
              one={one}
              last={last}
              chosen={account === one.account}
              onChoose={() =>
                void navigate({
                  search: (before) => ({
                    ...before,
                    account: account === one.account ? undefined : one.account,
                  }),
                  replace: true,
                })
              }
            />
          </li>
        ))}
      </ul>
      <Positions overview={data} account={account} />
      <Found reports={reports} account={account} />
    </Page>
  )
}

interface CardProps {
  one: Account
  last: Report | undefined
  chosen: boolean
  onChoose: () => void
}

function Card({ one, last, chosen, onChoose }: CardProps) {
  const now = useNow()
  const found = last?.accounts.find((each) => each.account === one.account)
  const agreed = found?.answered && found.corrections.length === 0
  const currency = one.base_currency
  return (
    <section
      aria-label={`Account ${one.account}`}
      className={cx("h-full rounded-md border bg-panel p-3.5", chosen ? "border-live" : "border-line")}
    >
      <div className="flex flex-wrap items-center gap-2">
        <button
          type="button"
          aria-pressed={chosen}
          onClick={onChoose}
          className="text-base font-semibold underline-offset-2 hover:underline"
        >
          {one.account}
        </button>
        {found &&
          (agreed ? (
            <Badge tone="gain">Agrees with the venue</Badge>
          ) : (
            <Badge tone="warn">{found.answered ? "Differed" : "Venue silent"}</Badge>
          ))}
        <span className="ml-auto text-xs text-ink-3">Synced {span(ageOf(one.as_of, now))} ago</span>
      </div>
      <p className="mt-1.5 text-2xl font-semibold tracking-tight">
        <Amount value={one.equity} currency={currency} />
      </p>
      <dl className="mt-2 grid grid-cols-3 gap-2">
        {(
          [
            ["Unrealized P&L", <SignedAmount key="u" value={one.unrealized_pnl} currency={currency} />],
            ["Initial margin", <Amount key="i" value={one.initial_margin} currency={currency} />],
            ["Maintenance", <Amount key="m" value={one.margin_used} currency={currency} />],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd className="text-sm font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
