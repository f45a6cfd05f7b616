import { useState } from "react"
import { api } from "@/api/client"
import { useOverview } from "@/api/overview"
import { queries } from "@/api/queries"
import { acted } from "@/api/stepUp"
import { Confirm } from "@/ui/Confirm"
import { Choice, Field } from "@/ui/Field"

/** Rehearses the kill switch on paper: positions of its own, opened, flattened and timed. */
export function Drill({ onClose }: { onClose: () => void }) {
  const { data: paper } = useOverview("PAPER")
  const accounts = paper?.accounts.map(({ account }) => account) ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const [positions, setPositions] = useState("10")
  const account = chosen ?? accounts[0]
  const many = Number(positions)
  const wrong = !Number.isInteger(many) || many < 1 || many > 500
  return (
    <Confirm
      title="Rehearse the kill switch"
      about="It opens positions of its own on a paper account, with stops and exits under way, fires, and waits until all is flat; up to a minute. Other positions are not touched."
      submit="Rehearse"
      missing={
        account === undefined
          ? "No paper account has reported"
          : wrong
            ? "From 1 to 500 positions"
            : undefined
      }
      done="All was flat: see how long it took"
      act={async () => {
        if (account === undefined) return
        try {
          await acted(() => api.POST("/api/kill-switch/drills", { body: { account, positions: many } }))
        } finally {
          await queries.invalidateQueries({ queryKey: ["controls"] })
        }
      }}
      onClose={onClose}
    >
      <Choice label="Paper account" value={account ?? ""} onChange={(event) => setChosen(event.target.value)}>
        {accounts.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Choice>
      <Field
        label="Positions to open and close"
        inputMode="numeric"
        value={positions}
        onChange={(event) => setPositions(event.target.value)}
      />
    </Confirm>
  )
}
