import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useEffect, useState } from "react"
import { lastUsed } from "@/api/client"
import { queries } from "@/api/queries"
import { sessionQuery, type Who } from "@/api/session"
import { span } from "@/format/time"
import { serverNow, useNow } from "@/live/clock"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { endingOf } from "./ending"

const Steps = lazy(() => import("@/pages/login/Steps").then((part) => ({ default: part.Steps })))
const WARN_FOR = 120

/** Warns before a session ends, and lets its owner back in over the page: nothing typed is lost. */
export function SessionGuard() {
  const { data: who, dataUpdatedAt } = useQuery(sessionQuery)
  const [name, setName] = useState<string | null>(null)
  useEffect(() => {
    if (who && !who.needs) setName(who.name)
  }, [who])
  if ((who === null || who?.needs) && name) return <Reentry name={name} />
  return who ? <Warning who={who} asked={dataUpdatedAt + serverNow() - Date.now()} /> : null
}

function Reentry({ name }: { name: string }) {
  return (
    <Suspense fallback={null}>
      <Steps
        who={null}
        name={name}
        onEntered={() => void queries.invalidateQueries()}
        frame={(_title, _note, step) => (
          <Dialog
            open
            firm
            onClose={() => undefined}
            title="The session has ended"
            about="Sign in again to go on. What you were doing is still here."
          >
            {step}
          </Dialog>
        )}
      />
    </Suspense>
  )
}

function Warning({ who, asked }: { who: Who; asked: number }) {
  const now = useNow()
  const [seen, setSeen] = useState(0)
  const ending = endingOf(who, asked, lastUsed())
  if (!ending || ending.at === seen) return null
  const left = (ending.at - now) / 1000
  const goOn = () => {
    setSeen(ending.at)
    if (ending.idle) void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
  return (
    <Dialog
      open={left > 0 && left < WARN_FOR}
      onClose={goOn}
      title="The session is about to end"
      about={
        ending.idle
          ? `Nothing was asked of the desk for a while. In ${span(left)} you will be asked for your password again.`
          : `In ${span(left)} you will be asked for your password again. What you are doing stays here.`
      }
    >
      <div className="flex justify-end">
        <Button look="solid" onClick={goOn}>
          {ending.idle ? "Stay signed in" : "Go on"}
        </Button>
      </div>
    </Dialog>
  )
}
