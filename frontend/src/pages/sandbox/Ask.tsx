import { type FormEvent, useState } from "react"
import { api, type Schemas } from "@/api/client"
import { sentenceOf } from "@/api/failure"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { base64 } from "@/files"
import { words } from "@/format/words"
import { Button } from "@/ui/Button"
import { Check, Choice, Field } from "@/ui/Field"
import { Panel } from "@/ui/Panel"
import { bodyOf, defaults, type Form, methods } from "./form"
import { runsQuery } from "./queries"

/** What to simulate: settings, a scenario, strategies that do not exist yet. */
export function Ask({ onStarted }: { onStarted: (run: string) => void }) {
  const [form, setForm] = useState<Form>(defaults)
  const [files, setFiles] = useState<File[]>([])
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const set = (change: Partial<Form>) => setForm({ ...form, ...change })

  async function start(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setRefusal(null)
    try {
      const hypothetical: Schemas["HypotheticalStrategy"][] = await Promise.all(
        files.map(async (file) => ({
          strategy_id: file.name.replace(/\.\w+$/, ""),
          file: { name: file.name, content: await base64(file) },
        })),
      )
      const run = await acted(() =>
        api.POST("/api/sandbox/simulations", { body: bodyOf(form, hypothetical) }),
      )
      await queries.invalidateQueries({ queryKey: runsQuery.queryKey })
      onStarted(run.run_id)
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Panel title="Try something" note="What is left empty stays as the desk has it">
      <form onSubmit={start} className="flex flex-col gap-3">
        <Field
          label="Name"
          value={form.name}
          maxLength={200}
          onChange={(event) => set({ name: event.target.value })}
        />
        <div className="grid grid-cols-2 gap-3">
          <Choice
            label="Method"
            value={form.method}
            onChange={(event) => set({ method: event.target.value as Form["method"] })}
          >
            <option value="">As the desk</option>
            {methods.map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </Choice>
          <Choice
            label="Optimized anew"
            value={form.reoptimise}
            onChange={(event) => set({ reoptimise: event.target.value as Form["reoptimise"] })}
          >
            {["weekly", "monthly", "quarterly", "yearly"].map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </Choice>
          <Share
            label="CVaR limit, %"
            value={form.cvar_limit}
            onChange={(cvar_limit) => set({ cvar_limit })}
          />
          <Share label="Most of one, %" value={form.cap} onChange={(cap) => set({ cap })} />
          <Share label="Leverage, %" value={form.leverage} onChange={(leverage) => set({ leverage })} />
          <Share
            label="Margin limit, %"
            value={form.margin_limit}
            onChange={(margin_limit) => set({ margin_limit })}
          />
          <Share
            label="Slippage, % of alpha"
            value={form.slippage_limit}
            onChange={(slippage_limit) => set({ slippage_limit })}
          />
          <Share
            label="Correlation above, %"
            value={form.correlation_threshold}
            onChange={(correlation_threshold) => set({ correlation_threshold })}
          />
        </div>
        <Choice
          label="Days lived through"
          value={form.kind}
          onChange={(event) => set({ kind: event.target.value as Form["kind"] })}
        >
          <option value="historical">As they were</option>
          <option value="bootstrapped">Drawn in blocks from those there were</option>
          <option value="stressed">As they were, but worse</option>
        </Choice>
        {form.kind === "stressed" && (
          <div className="grid grid-cols-2 gap-3">
            <Share
              label="Times as wild"
              value={form.volatility}
              onChange={(volatility) => set({ volatility })}
            />
            <Share label="Crash days" value={form.crashes} onChange={(crashes) => set({ crashes })} />
            <Share label="Mean lost, %" value={form.haircut} onChange={(haircut) => set({ haircut })} />
            <Share
              label="More alike, %"
              value={form.correlation}
              onChange={(correlation) => set({ correlation })}
            />
          </div>
        )}
        {form.kind === "bootstrapped" && (
          <Share
            label="Histories drawn, at most 50"
            value={form.paths}
            onChange={(paths) => set({ paths })}
          />
        )}
        <div className="flex flex-col gap-1">
          <label htmlFor="hypothetical" className="text-sm font-medium">
            Strategies the desk does not have
          </label>
          <input
            id="hypothetical"
            type="file"
            multiple
            accept=".csv,.xlsx,text/csv"
            onChange={(event) => setFiles([...(event.target.files ?? [])])}
            className="text-sm file:mr-3 file:h-8 file:rounded file:border file:border-edge file:bg-panel file:px-3 file:text-sm file:text-ink"
          />
          <p className="text-xs text-ink-3">Files of daily returns; each takes part under its file's name</p>
        </div>
        <Check
          label="Beside the desk as it is"
          checked={form.compare}
          onChange={(event) => set({ compare: event.target.checked })}
        />
        {refusal && (
          <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
            {refusal}
          </p>
        )}
        <Button type="submit" look="solid" busy={busy}>
          Simulate
        </Button>
      </form>
    </Panel>
  )
}

function Share({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  return (
    <Field
      label={label}
      inputMode="decimal"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
