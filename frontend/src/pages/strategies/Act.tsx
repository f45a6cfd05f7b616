import { useState } from "react"
import { Confirm } from "@/ui/Confirm"
import { Choice } from "@/ui/Field"
import { change, remove, type Settings, type Strategy } from "./queries"
import { Sync } from "./Sync"

export type Acting =
  | { what: "add" }
  | { what: "edit" | "status" | "mode" | "sync" | "delete"; strategy: Strategy }

interface ActProps {
  acting: Exclude<Acting, { what: "add" }>
  onClose: () => void
}

/** The short acts on one strategy, each asked before it is done. */
export function Act({ acting: { what, strategy }, onClose }: ActProps) {
  if (what === "sync") return <Sync strategy={strategy} onClose={onClose} />
  if (what === "status") return <Status strategy={strategy} onClose={onClose} />
  if (what === "mode") return <Mode strategy={strategy} onClose={onClose} />
  return (
    <Confirm
      title={`Delete ${strategy.strategy_id}?`}
      about="Its signals are refused from now on. What was recorded stays; open positions are not closed by it."
      word="DELETE"
      danger
      submit="Delete"
      done={`${strategy.strategy_id} is deleted`}
      act={() => remove(strategy.strategy_id)}
      onClose={onClose}
    />
  )
}

function Status({ strategy, onClose }: { strategy: Strategy; onClose: () => void }) {
  const [status, setStatus] = useState<Settings["status"]>(strategy.status)
  return (
    <Confirm
      title={`Status of ${strategy.strategy_name}`}
      about="ACTIVE and TESTING strategies trade; the entries of an INACTIVE one are refused. Exits always go on."
      submit={`Set ${status}`}
      missing={status === strategy.status ? "It is that already" : undefined}
      done={`${strategy.strategy_name} is ${status}`}
      act={() => change(strategy, { status })}
      onClose={onClose}
    >
      <Choice
        label="Status"
        value={status}
        onChange={(event) => setStatus(event.target.value as Settings["status"])}
      >
        {["ACTIVE", "TESTING", "INACTIVE"].map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Choice>
    </Confirm>
  )
}

function Mode({ strategy, onClose }: { strategy: Strategy; onClose: () => void }) {
  const next = strategy.trading_mode === "LIVE" ? "PAPER" : "LIVE"
  return (
    <Confirm
      title={`${strategy.strategy_name}: ${next} instead of ${strategy.trading_mode}?`}
      about={
        next === "LIVE"
          ? `New signals send real orders to ${strategy.account}, if the account and this deployment allow LIVE. Positions on paper stay on paper.`
          : "New signals fill on paper only. Real positions stay open and are exited as real ones."
      }
      word={next}
      danger={next === "LIVE"}
      submit={`Trade ${next}`}
      done={`${strategy.strategy_name} trades ${next}`}
      act={() => change(strategy, { trading_mode: next })}
      onClose={onClose}
    />
  )
}
