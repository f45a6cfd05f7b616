import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { isCents } from "@/format/cents"
import { day, month as monthName } from "@/format/time"
import { serverNow } from "@/live/clock"
import { Confirm } from "@/ui/Confirm"
import { Check, Choice, Field } from "@/ui/Field"
import { Amount } from "@/ui/figures"
import { recordPayment } from "./acts"
import { type Agreement, type AgreementLine, statementsQuery } from "./queries"

interface RecordPaymentProps {
  agreement: Agreement
  line: AgreementLine | undefined
  onClose: () => void
}

/** Writes down a payment that was made; the desk itself moves no money here. */
export function RecordPayment({ agreement, line, onClose }: RecordPaymentProps) {
  const { data } = useQuery(statementsQuery(agreement.agreement_id))
  const { currency } = agreement
  const [chosen, setMonth] = useState<string | null>(null)
  const [typed, setAmount] = useState<string | null>(null)
  const [paid_on, setPaidOn] = useState(day(serverNow(), agreement.time_zone))
  const [reference, setReference] = useState("")
  const [bank_account, setAccount] = useState("")
  const [over, setOver] = useState(false)
  const month = chosen ?? data?.items[0]?.month ?? ""
  const amount = typed ?? (isCents(line?.due ?? "") ? (line?.due ?? "") : "")
  return (
    <Confirm
      title={`Record a payment to ${agreement.sender}`}
      about={
        <>
          Write down money that was paid: the desk sends none. Now due:{" "}
          <Amount value={line?.due} currency={currency} digits={2} />. The entry is never changed.
        </>
      }
      word="PAID"
      submit="Record"
      missing={missingIn(month, amount, paid_on)}
      done="Recorded: the statement says so"
      act={(idempotency_key) =>
        recordPayment(agreement.agreement_id, {
          month,
          amount: amount.trim(),
          paid_on,
          reference,
          bank_account,
          accept_overpayment: over,
          idempotency_key,
        })
      }
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice label="Statement" value={month} onChange={(event) => setMonth(event.target.value)}>
          {data?.items.length === 0 && <option value="">No month is closed yet</option>}
          {data?.items.map((one) => (
            <option key={one.month} value={one.month}>
              {monthName(`${one.month}-01T00:00:00Z`)}
            </option>
          ))}
        </Choice>
        <Field
          label={`Amount, ${currency}`}
          inputMode="decimal"
          autoComplete="off"
          value={amount}
          error={amount && !isCents(amount) ? "An amount above 0, such as 730.83" : undefined}
          onChange={(event) => setAmount(event.target.value)}
          className="text-right"
        />
        <Field
          type="date"
          label="Paid on"
          value={paid_on}
          onChange={(event) => setPaidOn(event.target.value)}
        />
        <Field
          label="To account"
          hint="Only its last four are kept in clear"
          autoComplete="off"
          value={bank_account}
          maxLength={60}
          onChange={(event) => setAccount(event.target.value)}
        />
      </div>
      <Field
        label="Reference"
        value={reference}
        maxLength={500}
        onChange={(event) => setReference(event.target.value)}
      />
      <Check
        label="More than is due"
        hint="Without it, the desk refuses an overpayment"
        checked={over}
        onChange={(event) => setOver(event.target.checked)}
      />
    </Confirm>
  )
}

function missingIn(month: string, amount: string, paidOn: string): string | undefined {
  if (!month) return "A month must be closed first"
  if (!isCents(amount)) return "Say an amount above 0, in whole cents"
  return paidOn ? undefined : "Say when it was paid"
}
