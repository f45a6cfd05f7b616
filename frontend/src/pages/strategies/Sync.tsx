import { useState } from "react"
import { api, type Schemas } from "@/api/client"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { base64 } from "@/files"
import { Confirm } from "@/ui/Confirm"
import { Choice } from "@/ui/Field"
import { backtestedQuery, backtestQuery, type Strategy } from "./queries"

type File64 = Schemas["BacktestFile"]

/** Reads a file of daily returns into the desk; the answer names every row that was refused. */
export function Sync({ strategy, onClose }: { strategy: Strategy; onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const [units, setUnits] = useState("")
  const [dates, setDates] = useState("")
  const id = strategy.strategy_id

  async function send() {
    if (!file) return
    const body: File64 = {
      name: file.name,
      content: await base64(file),
      units: (units || null) as File64["units"] & null,
      dates: (dates || null) as File64["dates"] & null,
    }
    const summary = await acted(() =>
      api.POST("/api/strategies/{strategy_id}/sync-backtest", {
        params: { path: { strategy_id: id } },
        body,
      }),
    )
    queries.setQueryData(backtestQuery(id).queryKey, summary)
    await queries.invalidateQueries(backtestedQuery)
  }

  return (
    <Confirm
      title={`Backtest of ${strategy.strategy_name}`}
      about="A CSV or XLSX file of daily returns, with margin and notional where known. It takes the place of the one before."
      submit="Read it in"
      missing={file ? undefined : "Choose a file"}
      done={`The backtest of ${id} was read: open its row for what it came to`}
      act={send}
      onClose={onClose}
    >
      <div className="flex flex-col gap-1">
        <label htmlFor="backtest" className="text-sm font-medium">
          File
        </label>
        <input
          id="backtest"
          type="file"
          accept=".csv,.xlsx,text/csv"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
          className="text-sm file:mr-3 file:h-8 file:rounded file:border file:border-edge file:bg-panel file:px-3 file:text-sm file:text-ink"
        />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <Choice
          label="0.5 without a % sign is"
          value={units}
          onChange={(event) => setUnits(event.target.value)}
        >
          <option value="">As the file tells</option>
          <option value="percent">0.5 %</option>
          <option value="fraction">50 %</option>
          <option value="bps">0.005 %: basis points</option>
        </Choice>
        <Choice label="3/4/25 is" value={dates} onChange={(event) => setDates(event.target.value)}>
          <option value="">As the file tells</option>
          <option value="month-first">4 March</option>
          <option value="day-first">3 April</option>
        </Choice>
      </div>
    </Confirm>
  )
}
