import { useQuery } from "@tanstack/react-query"
import { Handshake } from "lucide-react"
import { fraction } from "@/format/number"
import { Amount } from "@/ui/figures"
import { Listed } from "@/ui/Listed"
import { Panel } from "@/ui/Panel"
import { agreementsQuery } from "./queries"

/** What was agreed with whom; a row opens its sender. */
export function Agreements({ onOpen }: { onOpen: (sender: string) => void }) {
  const query = useQuery(agreementsQuery)
  return (
    <Panel title="Agreements" note="For LIVE; no strategy is in two at the same time" flush>
      <Listed
        query={query}
        what="The agreements"
        rows={3}
        empty={{
          icon: Handshake,
          title: "Nothing is agreed yet",
          hint: "An agreement gives a sender a share of what strategies earn above their high-water mark.",
        }}
        name="Every agreement"
        items={query.data?.items ?? []}
        idOf={(one) => one.agreement_id}
        onOpen={(one) => onOpen(one.sender)}
        columns={[
          {
            key: "number",
            title: "No.",
            cell: (one) => one.number,
            numeric: true,
            from: "sm",
            className: "text-ink-3",
          },
          {
            key: "sender",
            title: "Sender",
            cell: (one) => <span className="font-medium">{one.sender}</span>,
          },
          {
            key: "strategies",
            title: "Strategies",
            cell: (one) => (
              <span className="block max-w-32 truncate sm:max-w-72" title={one.strategies.join(", ")}>
                {one.strategies.join(", ")}
              </span>
            ),
          },
          { key: "share", title: "Share", cell: (one) => fraction(one.share, 0), numeric: true },
          {
            key: "minimum",
            title: "Least paid out",
            cell: (one) => <Amount value={one.minimum} currency={one.currency} digits={2} />,
            numeric: true,
            from: "lg",
          },
          { key: "zone", title: "Months of", cell: (one) => one.time_zone, from: "md" },
          { key: "starts", title: "From", cell: (one) => one.starts_on, from: "sm" },
          { key: "ends", title: "Until", cell: (one) => one.ends_on ?? "–", from: "sm" },
        ]}
      />
    </Panel>
  )
}
