import { expect, test } from "vitest"
import type { Client, Flow, FundView } from "./queries"
import { inTransit, rowsOf } from "./rows"

const at = "2026-11-01T00:00:00Z"
const admitted = (client_id: string, mode: "LIVE" | "PAPER"): Client => ({
  client_id,
  display_name: client_id.toUpperCase(),
  mode,
  created_at: at,
  created_by: "admin",
})
const fund = {
  mode: "PAPER",
  holders: [{ client_id: "carol", display_name: "Carol", units: "1", capital: "1000.00" }],
} as unknown as FundView
const flow = (flow_id: string, kind: Flow["kind"], arrives: string | null = null) =>
  ({ flow_id, kind, arrives }) as Flow

test("who holds a part comes first, once; who was only admitted follows", () => {
  const rows = rowsOf([admitted("carol", "PAPER"), admitted("dave", "PAPER")], fund, "PAPER")
  expect(rows.map(({ client_id, holder }) => [client_id, holder?.capital ?? null])).toEqual([
    ["carol", "1000.00"],
    ["dave", null],
  ])
})

test("nobody of the other fund is shown, nor the other fund's capital", () => {
  const rows = rowsOf([admitted("carol", "PAPER"), admitted("erin", "LIVE")], fund, "LIVE")
  expect(rows).toEqual([{ client_id: "erin", display_name: "ERIN", holder: null }])
})

test("a flow is in transit until its arrival is recorded; the opening never is", () => {
  const flows = [
    flow("arrival", "ARRIVAL", "first"),
    flow("second", "WITHDRAWAL"),
    flow("first", "DEPOSIT"),
    flow("opening", "OPENING"),
  ]
  expect([...inTransit(flows)]).toEqual(["second"])
})
