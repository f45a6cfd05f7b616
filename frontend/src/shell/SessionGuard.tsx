import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useEffect, useState } from "react"
import { queries } from "@/api/queries"
import { sessionQuery } from "@/api/session"
import { span } from "@/format/time"
import { useNow } from "@/live/clock"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"

const Steps = lazy(() => import("@/pages/login/Steps").then((part) => ({ default: part.Steps })))
const WARN_FOR = 120

/** Warns before a session ends, and lets its owner back in over the page: nothing typed is lost. */
export function SessionGuard() {
  const { data: who } = useQuery(sessionQuery)
  const [name, setName] = useState<string | null>(null)
  useEffect(() => {
    if (who && !who.needs) setName(who.name)
  }, [who])
  if ((who === null || who?.needs) && name) return <Reentry name={name} />
  return who?.ends_at ? <Warning endsAt={who.ends_at} /> : null
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

function Warning({ endsAt }: { endsAt: string }) {
  const now = useNow()
  const left = (Date.parse(endsAt) - now) / 1000
  const [seen, setSeen] = useState(false)
  return (
    <Dialog
      open={left > 0 && left < WARN_FOR && !seen}
      onClose={() => setSeen(true)}
      title="The session is about to end"
      about={`In ${span(left)} you will be asked for your password again. What you are doing stays here.`}
    >
      <div className="flex justify-end">
        <Button onClick={() => setSeen(true)}>Go on</Button>
      </div>
    </Dialog>
  )
}
