import type { Schemas } from "@/api/client"
import type { Allocation } from "./queries"

export interface Line {
  strategy: string
  current: string | null
  proposed: string | null
  change: string | null
}

/** The processor's lines where they are of this very proposal; the two allocations side by side meanwhile. */
export function linesOf(
  current: Allocation | null | undefined,
  proposal: Allocation,
  view: Schemas["AllocationView"] | undefined,
): Line[] {
  if (view?.proposal_id === proposal.allocation_id) {
    return view.lines.map(({ strategy_id, current: now, proposed, change }) => ({
      strategy: strategy_id,
      current: now ?? null,
      proposed: proposed ?? null,
      change: change ?? null,
    }))
  }
  const names = new Set([...Object.keys(proposal.allocations), ...Object.keys(current?.allocations ?? {})])
  return [...names].sort().map((strategy) => ({
    strategy,
    current: current?.allocations[strategy] ?? null,
    proposed: proposal.allocations[strategy] ?? null,
    change: null,
  }))
}

/** The largest share of all, which the longest bar stands for. */
export function mostOf(lines: readonly Line[]): number {
  return Math.max(
    1,
    ...lines.flatMap(({ current, proposed }) => [Number(current ?? 0), Number(proposed ?? 0)]),
  )
}
