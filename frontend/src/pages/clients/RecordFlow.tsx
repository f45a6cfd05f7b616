import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { isCents } from "@/format/cents"
import { plain } from "@/format/number"
import type { Mode } from "@/shell/mode"
import { Confirm } from "@/ui/Confirm"
import { Check, Choice, Field } from "@/ui/Field"
import { Amount } from "@/ui/figures"
import { recordFlow } from "./acts"
import { clientQuery, type FundView } from "./queries"

interface RecordFlowProps {
  client: string
  mode: Mode
  fund: FundView | undefined
  onClose: () => void
}

const HOUSE = "house"

/** Records money that a client puts in or takes out; the desk strikes the price when it is sent. */
export function RecordFlow({ client, mode, fund, onClose }: RecordFlowProps) {
  const { data } = useQuery(clientQuery(client, mode))
  const [kind, setKind] = useState<"DEPOSIT" | "WITHDRAWAL">("DEPOSIT")
  const [amount, setAmount] = useState("")
  const [everything, setEverything] = useState(false)
  const [note, setNote] = useState("")
  const all = kind === "WITHDRAWAL" && everything
  const currency = fund?.currency ?? "USD"
  return (
    <Confirm
      title={`Record a ${mode} flow of ${data?.display_name ?? client}`}
      about={
        <>
          Units are {kind === "DEPOSIT" ? "bought" : "redeemed"} at the price struck when you send this; the
          entry is never changed. Price last struck {plain(fund?.unit_price, 4)}; capital now{" "}
          <Amount value={data?.capital} currency={currency} digits={2} />.
        </>
      }
      {...(mode === "LIVE" ? { word: "RECORD" } : {})}
      submit="Record"
      missing={all || isCents(amount) ? undefined : "Say an amount above 0, in whole cents"}
      done="Recorded: see the ledger for the price it was struck at"
      act={(key) =>
        recordFlow(client, {
          kind,
          everything: all,
          note,
          idempotency_key: key,
          ...(all ? {} : { amount: amount.trim() }),
          ...(client === HOUSE ? { mode } : {}),
        })
      }
      onClose={onClose}
    >
      <Choice label="Kind" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
        <option value="DEPOSIT">Deposit</option>
        <option value="WITHDRAWAL">Withdrawal</option>
      </Choice>
      <Field
        label={`Amount, ${currency}`}
        inputMode="decimal"
        autoComplete="off"
        placeholder="250000.00"
        value={all ? "" : amount}
        disabled={all}
        error={amount && !isCents(amount) ? "An amount above 0, such as 250000.00" : undefined}
        onChange={(event) => setAmount(event.target.value)}
        className="text-right"
      />
      {kind === "WITHDRAWAL" && (
        <Check
          label="Everything"
          hint="Redeems every unit, whatever it is worth when you send this"
          checked={everything}
          onChange={(event) => setEverything(event.target.checked)}
        />
      )}
      <Field label="Note" value={note} onChange={(event) => setNote(event.target.value)} maxLength={500} />
    </Confirm>
  )
}
