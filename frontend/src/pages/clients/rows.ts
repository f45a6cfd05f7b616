import type { Mode } from "@/shell/mode"
import type { Client, Flow, FundView } from "./queries"

export interface ClientRow {
  client_id: string
  display_name: string
  /** null: admitted, and nothing put in yet. */
  holder: FundView["holders"][number] | null
}

/** Everyone with a part of the fund, then those admitted to it who have none yet. */
export function rowsOf(clients: readonly Client[], fund: FundView | undefined, mode: Mode): ClientRow[] {
  const holders = fund?.mode === mode ? fund.holders : []
  const held = new Set(holders.map((holder) => holder.client_id))
  return [
    ...holders.map((holder) => ({
      client_id: holder.client_id,
      display_name: holder.display_name,
      holder,
    })),
    ...clients
      .filter((client) => client.mode === mode && !held.has(client.client_id))
      .map(({ client_id, display_name }) => ({ client_id, display_name, holder: null })),
  ]
}

/** The flows of one mode whose cash is still on its way. */
export function inTransit(flows: readonly Flow[]): Set<string> {
  const arrived = new Set(flows.flatMap((flow) => (flow.arrives ? [flow.arrives] : [])))
  const moves = flows.filter((flow) => flow.kind === "DEPOSIT" || flow.kind === "WITHDRAWAL")
  return new Set(moves.map((flow) => flow.flow_id).filter((id) => !arrived.has(id)))
}
