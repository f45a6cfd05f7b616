import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Handshake, Radio } from "lucide-react"
import { useState } from "react"
import { queries } from "@/api/queries"
import { count } from "@/format/number"
import { useEvery } from "@/live/query"
import { type Mode, useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Amounts, told } from "@/ui/amounts"
import { Button } from "@/ui/Button"
import type { DataColumn } from "@/ui/DataTable"
import { Listed } from "@/ui/Listed"
import { Panel } from "@/ui/Panel"
import { Agreements } from "./Agreements"
import { Credentials } from "./Credentials"
import { NewAgreement } from "./NewAgreement"
import { accessesQuery, agreementsQuery, type SenderView, sendersQuery } from "./queries"
import { SenderDrawer } from "./SenderDrawer"

const route = getRouteApi("/shell/senders")

/** What the page asks at once. */
export const first = (mode: Mode) => [
  queries.prefetchQuery(sendersQuery(mode)),
  queries.prefetchQuery(agreementsQuery),
  queries.prefetchQuery(accessesQuery),
]

/** Who sends signals, what those earn, what is owed for them and what was paid. */
export function Senders() {
  const [mode] = useMode()
  const { sender } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery({ ...sendersQuery(mode), refetchInterval: useEvery(15) })
  const [agreeing, setAgreeing] = useState(false)
  const open = (next: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, sender: next }), resetScroll: false })
  return (
    <Page
      title="Senders"
      modes
      scope={mode === "LIVE" ? "Statements are made and paid" : "Nothing is payable"}
      document={query.data?.items[0]}
      actions={
        <Button size="small" onClick={() => setAgreeing(true)}>
          <Handshake aria-hidden className="size-3.5" />
          <span className="sr-only sm:not-sr-only">New agreement…</span>
        </Button>
      }
    >
      <Panel title="Senders" note="A row opens statements and payments" flush>
        <Listed
          query={query}
          what="The senders"
          rows={5}
          empty={{
            icon: Radio,
            title: `Nobody has sent a ${mode} signal`,
            hint: "A sender shows once a signal of theirs was received. Whom you let send is under Credentials.",
          }}
          name="Every sender"
          columns={columns}
          items={query.data?.items ?? []}
          idOf={(one) => one.sender}
          openId={sender}
          onOpen={(one) => open(one.sender)}
          csv
        />
      </Panel>
      <Agreements onOpen={open} />
      <Credentials />
      <SenderDrawer sender={sender} mode={mode} onClose={() => open(undefined)} />
      {agreeing && <NewAgreement onClose={() => setAgreeing(false)} />}
    </Page>
  )
}

const columns: DataColumn<SenderView>[] = [
  {
    key: "sender",
    csv: (one) => one.sender,
    title: "Sender",
    cell: (one) => <span className="font-medium">{one.sender}</span>,
  },
  { key: "sent", csv: (one) => one.sent, title: "Sent", cell: (one) => count(one.sent), numeric: true },
  {
    key: "executed",
    csv: (one) => one.executed,
    title: "Executed",
    cell: (one) => count(one.executed),
    numeric: true,
    from: "sm",
  },
  {
    key: "dropped",
    csv: (one) => one.dropped,
    title: "Dropped",
    cell: (one) => count(one.dropped),
    numeric: true,
    from: "sm",
  },
  {
    key: "profit",
    csv: (one) => told(one.profit),
    title: "Profit of signals",
    cell: (one) => <Amounts amounts={one.profit} signed />,
    numeric: true,
    from: "md",
  },
  {
    key: "accrued",
    csv: (one) => told(one.accrued),
    title: "This month so far",
    cell: (one) => <Amounts amounts={one.accrued} />,
    numeric: true,
    from: "lg",
  },
  {
    key: "paid",
    csv: (one) => told(one.paid),
    title: "Paid, ever",
    cell: (one) => <Amounts amounts={one.paid} />,
    numeric: true,
    from: "xl",
  },
  {
    key: "next",
    csv: (one) => one.next_payment_on,
    title: "Next payment",
    cell: (one) => one.next_payment_on ?? "–",
    numeric: true,
    from: "md",
  },
  {
    key: "due",
    csv: (one) => told(one.due),
    title: "Due",
    cell: (one) => <Amounts amounts={one.due} />,
    numeric: true,
  },
]
