import type { UseQueryResult } from "@tanstack/react-query"
import type { Schemas } from "@/api/client"
import { dateTime, zoneName } from "@/format/time"
import { counted, words } from "@/format/words"
import { Badge } from "@/ui/Badge"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"

type Report = Schemas["ReconciliationReport"]
type Account = Report["accounts"][number]

interface FoundProps {
  reports: UseQueryResult<{ items: Report[] }>
  account: string | undefined
}

/** What the last runs found, account by account, with both sides of every difference. */
export function Found({ reports, account }: FoundProps) {
  const { data, error, refetch } = reports
  const lines = data?.items.flatMap((report) =>
    report.accounts.filter((one) => !account || one.account === account).map((one) => ({ report, one })),
  )
  return (
    <Panel
      title="Reconciliation"
      note={`Our orders, fills and positions held against the venue's; ${zoneName()}`}
    >
      {error && !data && <Trouble what="The reports" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={4} />}
      {lines?.length === 0 && (
        <Empty title="Nothing was compared yet">
          It runs at every start and by itself; Sync now asks the venues at once.
        </Empty>
      )}
      <ul className="max-h-110 overflow-y-auto text-sm">
        {lines?.map(({ report, one }) => (
          <li key={`${report.report_id} ${one.account}`} className="border-b border-line py-2 last:border-0">
            <One report={report} one={one} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function One({ report, one }: { report: Report; one: Account }) {
  const corrections = one.corrections ?? []
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-ink-3">{dateTime(report.ended_at)}</span>
        <span className="font-medium">{one.account}</span>
        <span className="text-ink-2">
          {words(report.occasion)}: {counted(one.orders ?? 0, "order")} and {counted(one.fills ?? 0, "fill")}{" "}
          compared
        </span>
        <span className="ml-auto">
          {!one.answered && <Badge tone="warn">Venue silent</Badge>}
          {one.answered && corrections.length === 0 && <Badge tone="gain">Agreed</Badge>}
          {corrections.length > 0 && <Badge tone="warn">{counted(corrections.length, "difference")}</Badge>}
        </span>
      </p>
      {one.reason && <p className="text-ink-2">{one.reason}</p>}
      {corrections.map((each) => (
        <p key={each.correction_id} className="mt-1 pl-3 text-ink-2">
          {words(each.kind)} {each.about}: ours {each.ours}; theirs {each.theirs}
        </p>
      ))}
    </>
  )
}
