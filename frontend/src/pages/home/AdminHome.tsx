import { useOverview } from "@/api/overview"
import { Positions } from "@/overview/Positions"
import { useMode } from "@/shell/mode"
import { Page } from "@/shell/Page"
import { Trouble } from "@/ui/states"
import { Accounts } from "./Accounts"
import { AlertBar } from "./AlertBar"
import { EquityPanel } from "./EquityPanel"
import { RecentActivity } from "./RecentActivity"
import { Services } from "./Services"
import { Standing } from "./Standing"

/** The admin's first look: what there is, what moved, what is wrong. */
export function AdminHome() {
  const [mode] = useMode()
  const { data, error, refetch } = useOverview(mode)
  return (
    <Page title="Home" modes scope="All accounts" document={data}>
      <AlertBar />
      {error && <Trouble what="The overview" failure={error} retry={() => void refetch()} />}
      <Standing overview={data} mode={mode} />
      <div className="grid gap-3.5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3.5">
          <EquityPanel mode={mode} />
          <Positions overview={data} />
          <Accounts overview={data} />
        </div>
        <div className="flex min-w-0 flex-col gap-3.5">
          <RecentActivity overview={data} />
          <Services overview={data} />
        </div>
      </div>
    </Page>
  )
}
