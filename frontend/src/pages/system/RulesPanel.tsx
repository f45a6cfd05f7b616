import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { Panel } from "@/ui/Panel"
import { Empty, SkeletonRows, Trouble } from "@/ui/states"
import { type Controls, named, type Scope } from "./queries"
import { type Rule, saidOf } from "./rules"

interface RulesPanelProps {
  title: string
  none: string
  about: string
  controls: UseQueryResult<Controls>
  rules: readonly Rule[]
  rows: readonly { scope: Scope; values: Record<string, unknown>; note?: string }[]
  actions: ReactNode
  children: ReactNode
}

/** Numbers that hold orders back, one line for each scope. */
export function RulesPanel(props: RulesPanelProps) {
  const { data, error, refetch } = props.controls
  return (
    <Panel title={props.title} actions={props.actions}>
      {error && !data && <Trouble what={props.title} failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={3} />}
      {data && props.rows.length === 0 && <Empty title={props.none}>{props.about}</Empty>}
      <ul className="text-sm">
        {props.rows.map(({ scope, values, note }) => (
          <li key={named(scope)} className="flex flex-wrap gap-x-3 border-b border-line py-2 last:border-0">
            <span className="w-44 shrink-0 font-medium">{named(scope)}</span>
            <span className="min-w-0 flex-1 basis-56 text-ink-2">
              {note && `${note}: `}
              {saidOf(props.rules, values)}
            </span>
          </li>
        ))}
      </ul>
      {props.children}
    </Panel>
  )
}
