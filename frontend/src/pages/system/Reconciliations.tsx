import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { api, type Schemas } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { queries } from "@/api/queries"
import { reconciliationsQuery } from "@/api/reconciliations"
import { acted } from "@/api/stepUp"
import { quantity } from "@/format/number"
import { dateTime } from "@/format/time"
import { counted, words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Button } from "@/ui/Button"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Column, Table } from "@/ui/Table"
import { say } from "@/ui/toast"
import { Zone } from "@/ui/Zone"

type Report = Schemas["ReconciliationReport"]

const columns: Column<Report>[] = [
  {
    key: "at",
    title: (
      <>
        Ended, <Zone />
      </>
    ),
    cell: (one) => dateTime(one.ended_at),
  },
  { key: "occasion", title: "Occasion", cell: (one) => words(one.occasion), from: "sm" },
  { key: "accounts", title: "Accounts", cell: (one) => counted(one.accounts.length, "account"), from: "md" },
  { key: "seconds", title: "Took", cell: (one) => `${quantity(one.seconds)} s`, numeric: true, from: "sm" },
  {
    key: "agreed",
    title: "Outcome",
    cell: (one) => (one.agreed ? <Badge tone="gain">Agreed</Badge> : <Badge tone="warn">Differed</Badge>),
  },
]

/** Our records held against every venue's. */
export function Reconciliations() {
  const { data, error, refetch } = useQuery(reconciliationsQuery)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)

  async function run() {
    setBusy(true)
    setRefusal(null)
    try {
      const report = await acted(() => api.POST("/api/reconciliations"))
      say(report.agreed ? "Reconciled: everything agrees" : "Reconciled: something differed, see the report")
      await queries.invalidateQueries({ queryKey: reconciliationsQuery.queryKey })
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Panel
      title="Reconciliation"
      flush
      actions={
        <Button size="small" busy={busy} onClick={() => void run()}>
          Reconcile now
        </Button>
      }
    >
      {(refusal || (error && !data)) && (
        <div className="px-3.5 pb-3">
          {refusal ? (
            <p role="alert" className="text-sm text-loss">
              {refusal}
            </p>
          ) : (
            <Trouble what="The reports" failure={error} retry={() => void refetch()} />
          )}
        </div>
      )}
      {!error && !data && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty title="No run yet">
          It runs at every start and by itself; Reconcile now asks the venues at once.
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          name="Reconciliations"
          columns={columns}
          rows={data.items}
          rowKey={(one) => one.report_id}
          className="max-h-96 overflow-y-auto"
        />
      )}
    </Panel>
  )
}
