import { useQuery } from "@tanstack/react-query"
import { strategiesQuery } from "@/api/strategies"
import { words } from "@/format/words"
import { cx } from "@/ui/cx"
import { inputLook } from "@/ui/Field"
import { useListing } from "./search"

const statuses = {
  signals: ["waiting", "approved", "resized", "refused"],
  orders: ["live", "ended"],
  decisions: ["APPROVED", "RESIZED", "REFUSED"],
}

/** Which rows: all of it in the address. */
export function Filters({ list }: { list: keyof typeof statuses }) {
  const { strategy, status, text, change } = useListing()
  const { data } = useQuery(strategiesQuery)
  const look = cx(inputLook, "h-7 text-sm max-sm:flex-1")
  return (
    <search className="flex flex-wrap items-center gap-1.5">
      <input
        type="search"
        aria-label="Find"
        placeholder="Find"
        defaultValue={text}
        onChange={(event) => change({ text: event.target.value || undefined })}
        className={cx(look, "w-full sm:w-44")}
      />
      <select
        aria-label="Strategy"
        value={strategy ?? ""}
        onChange={(event) => change({ strategy: event.target.value || undefined })}
        className={cx(look, "max-w-40")}
      >
        <option value="">All strategies</option>
        {data?.items.map(({ strategy_id }) => (
          <option key={strategy_id} value={strategy_id}>
            {strategy_id}
          </option>
        ))}
      </select>
      <select
        aria-label="Status"
        value={status ?? ""}
        onChange={(event) => change({ status: event.target.value || undefined })}
        className={look}
      >
        <option value="">Any status</option>
        {statuses[list].map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </select>
    </search>
  )
}
