import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { sentenceOf } from "@/api/failure"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Area, Check, Choice, Field } from "@/ui/Field"
import { say } from "@/ui/toast"
import { bodyOf, type Form, formOf, schema } from "./form"
import { change, create, type Strategy } from "./queries"

interface StrategyFormProps {
  strategy: Strategy | undefined
  accounts: readonly string[]
  onClose: () => void
}

/** Adds a strategy, or changes one. */
export function StrategyForm({ strategy, accounts, onClose }: StrategyFormProps) {
  const { register, handleSubmit, watch, formState } = useForm<Form>({
    defaultValues: formOf(strategy),
    resolver: standardSchemaResolver(schema),
  })
  const [refusal, setRefusal] = useState<string | null>(null)
  const { errors, isSubmitting } = formState
  const goesLive = watch("trading_mode") === "LIVE" && strategy?.trading_mode !== "LIVE"

  const submit = handleSubmit(async (form) => {
    setRefusal(null)
    try {
      if (strategy) await change(strategy, bodyOf(form))
      else await create({ strategy_id: form.strategy_id, ...bodyOf(form) })
      say(strategy ? `${form.strategy_name} is changed` : `${form.strategy_name} is added`)
      onClose()
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    }
  })

  return (
    <Dialog open wide onClose={onClose} title={strategy ? `Edit ${strategy.strategy_id}` : "Add a strategy"}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="Strategy ID"
            {...register("strategy_id")}
            readOnly={Boolean(strategy)}
            error={errors.strategy_id?.message}
            hint="As its signals name it; it cannot change"
            autoFocus={!strategy}
          />
          <Field label="Name" {...register("strategy_name")} error={errors.strategy_name?.message} />
          <Choice label="Status" {...register("status")}>
            {["ACTIVE", "TESTING", "INACTIVE"].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Choice>
          <Field
            label="Account"
            list="accounts"
            {...register("account")}
            error={errors.account?.message}
            hint="A PAPER strategy trades on its paper twin"
          />
          <datalist id="accounts">
            {accounts.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 text-sm font-medium">Trading mode</legend>
            <div className="flex h-8 items-center gap-5 text-sm">
              {(["PAPER", "LIVE"] as const).map((mode) => (
                <label key={mode} className="flex items-center gap-2">
                  <input
                    type="radio"
                    value={mode}
                    {...register("trading_mode")}
                    className="size-4 accent-live"
                  />
                  {mode}
                </label>
              ))}
            </div>
          </fieldset>
          <Choice label="Sized by" {...register("sizing")}>
            <option value="">As the desk does by default</option>
            <option value="capital">Capital</option>
            <option value="units">Units of the sender</option>
            <option value="share_of_equity">Share of equity</option>
            <option value="target">Target position</option>
          </Choice>
          <Field
            label="Most position, value"
            inputMode="decimal"
            {...register("max_position_size")}
            error={errors.max_position_size?.message}
            hint="Account's base currency; empty: no limit"
          />
          <Field
            label="Most loss of a day"
            inputMode="decimal"
            {...register("max_daily_loss")}
            error={errors.max_daily_loss?.message}
            hint="Account's base currency; empty: no limit"
          />
          <Field
            label="Developer's contact"
            type="email"
            {...register("developer_contact")}
            error={errors.developer_contact?.message}
          />
          <div className="flex items-end pb-1.5">
            <Check label="Include in optimization" {...register("include_in_optimization")} />
          </div>
        </div>
        <Area label="Notes" {...register("notes")} />
        {goesLive && (
          <Field
            label="It will send real orders: type LIVE to continue"
            {...register("word")}
            error={errors.word?.message}
            autoComplete="off"
          />
        )}
        {refusal && (
          <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
            {refusal}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="solid"
            busy={isSubmitting}
            disabled={goesLive && watch("word") !== "LIVE"}
          >
            {strategy ? "Save" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
