import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { strategiesQuery } from "@/api/strategies"
import { isDecimal } from "@/format/decimal"
import { fractionOf } from "@/format/share"
import { Confirm } from "@/ui/Confirm"
import { Check, Field } from "@/ui/Field"
import { agree } from "./acts"

const empty = {
  sender: "",
  share: "20",
  minimum: "0",
  currency: "USD",
  time_zone: "UTC",
  starts_on: "",
  opening_mark: "0",
}
type Typed = typeof empty

/** Makes an agreement: a share of what strategies earn above their high-water mark, month by month. */
export function NewAgreement({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const field = (name: keyof Typed) => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
    autoComplete: "off",
  })
  const share = fractionOf(typed.share)
  return (
    <Confirm
      title="New agreement"
      about="Only its end can be set later. A month counts what was realised in it, less commission; what is above the high-water mark is shared."
      word="AGREE"
      submit="Agree"
      wide
      missing={missingIn(typed, chosen, share)}
      done="Agreed: the running month is estimated from now on"
      act={(idempotency_key) =>
        agree({
          ...typed,
          sender: typed.sender.trim(),
          currency: typed.currency.trim().toUpperCase(),
          time_zone: typed.time_zone.trim(),
          strategies: [...chosen],
          share: share ?? "",
          idempotency_key,
        })
      }
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Sender" hint="As the signals name it" {...field("sender")} autoFocus />
        <Field
          label="Share, %"
          inputMode="decimal"
          {...field("share")}
          error={share ? undefined : "A number above 0, at most 100"}
        />
        <Field label="From" type="date" {...field("starts_on")} />
        <Field label="Months of the time zone" list="zones" {...field("time_zone")} />
        <Field label="Currency" maxLength={3} {...field("currency")} />
        <Field
          label="Least that is paid out"
          hint="Less is carried to the next month"
          inputMode="decimal"
          {...field("minimum")}
        />
        <Field
          label="Profit before any is shared"
          hint="Such as a loss brought along"
          inputMode="decimal"
          {...field("opening_mark")}
        />
      </div>
      <Strategies chosen={chosen} onChange={setChosen} />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </Confirm>
  )
}

interface StrategiesProps {
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
}

function Strategies({ chosen, onChange }: StrategiesProps) {
  const { data } = useQuery(strategiesQuery)
  return (
    <fieldset>
      <legend className="pb-1.5 text-sm font-medium">Strategies</legend>
      <div className="grid max-h-48 gap-2 overflow-y-auto p-0.5 sm:grid-cols-2">
        {data?.items.map(({ strategy_id }) => (
          <Check
            key={strategy_id}
            label={strategy_id}
            checked={chosen.includes(strategy_id)}
            onChange={(event) =>
              onChange(
                event.target.checked
                  ? [...chosen, strategy_id]
                  : chosen.filter((each) => each !== strategy_id),
              )
            }
          />
        ))}
      </div>
    </fieldset>
  )
}

function missingIn(typed: Typed, chosen: readonly string[], share: string | null): string | undefined {
  if (!typed.sender.trim()) return "Say whose signals"
  if (chosen.length === 0) return "Choose strategies"
  if (!share || Number(share) <= 0 || Number(share) > 1) return "The share is above 0 and at most 100 %"
  if (!typed.starts_on) return "Say from when"
  if (!isDecimal(typed.minimum) || !isDecimal(typed.opening_mark)) return "Amounts are numbers, 0 or more"
  return undefined
}
