import { useQuery } from "@tanstack/react-query"
import { count } from "@/format/number"
import { words } from "@/format/words"
import type { Mode } from "@/shell/mode"
import { Amounts } from "@/ui/amounts"
import { ModeBadge } from "@/ui/Badge"
import { Drawer } from "@/ui/Drawer"
import { Figure, FigureRow } from "@/ui/FigureRow"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { AgreementPanel } from "./AgreementPanel"
import { agreementsQuery, type SenderView, sendersQuery } from "./queries"

interface DrawerProps {
  sender: string | undefined
  mode: Mode
  onClose: () => void
}

/** One sender beside the list: what became of the signals, each agreement with its statements and payments. */
export function SenderDrawer({ sender, mode, onClose }: DrawerProps) {
  return (
    <Drawer open={sender !== undefined} onClose={onClose} title={sender} actions={<ModeBadge mode={mode} />}>
      {sender && <Loaded sender={sender} mode={mode} />}
    </Drawer>
  )
}

function Loaded({ sender, mode }: { sender: string; mode: Mode }) {
  const { data: views } = useQuery(sendersQuery(mode))
  const { data, error, refetch } = useQuery(agreementsQuery)
  const view = views?.items.find((one) => one.sender === sender)
  const agreements = data?.items.filter((one) => one.sender === sender) ?? []
  return (
    <div className="flex flex-col gap-3.5">
      {view && <Counts view={view} />}
      {error && !data && <Trouble what="The agreements" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={8} />}
      {data && agreements.length === 0 && (
        <Empty title="Nothing is agreed with this sender">
          New agreement… gives a share of what strategies earn above their high-water mark.
        </Empty>
      )}
      {agreements.map((one) => (
        <AgreementPanel
          key={one.agreement_id}
          agreement={one}
          line={view?.agreements.find((each) => each.agreement_id === one.agreement_id)}
          mode={mode}
        />
      ))}
    </div>
  )
}

function Counts({ view }: { view: SenderView }) {
  const reasons = Object.entries(view.dropped_reasons ?? {})
  return (
    <FigureRow name="What became of the signals">
      <Figure name={`Profit of all ${view.mode} signals`} note="Realised, less commission">
        <Amounts amounts={view.profit} signed />
      </Figure>
      <Figure name="Sent" note={`${count(view.waiting)} waiting or working`}>
        {count(view.sent)}
      </Figure>
      <Figure name="Executed">{count(view.executed)}</Figure>
      <Figure
        name="Dropped"
        note={reasons.map(([reason, many]) => (
          <div key={reason}>
            {words(reason)} {count(many)}
          </div>
        ))}
      >
        {count(view.dropped)}
      </Figure>
    </FigureRow>
  )
}
