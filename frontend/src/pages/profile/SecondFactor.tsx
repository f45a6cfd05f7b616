import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useState } from "react"
import { queries } from "@/api/queries"
import { counted } from "@/format/words"
import { RecoveryCodes } from "@/pages/login/RecoveryCodes"
import { Button } from "@/ui/Button"
import { Confirm } from "@/ui/Confirm"
import { Dialog } from "@/ui/Dialog"
import { Panel } from "@/ui/Panel"
import { SkeletonRows, Trouble } from "@/ui/states"
import { newRecoveryCodes } from "./acts"
import { secondFactorQuery } from "./queries"

const Enrol = lazy(() => import("@/pages/login/Enrol").then((part) => ({ default: part.Enrol })))

/** The authenticator that codes come from, and what is left for when it is lost. */
export function SecondFactor() {
  const { data, error, refetch } = useQuery(secondFactorQuery)
  const [asking, setAsking] = useState<"codes" | "enrolment" | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const done = () => setAsking(null)
  return (
    <Panel
      title="Authenticator"
      note={data?.required ? "Your role needs one" : undefined}
      actions={
        data &&
        (data.enrolled ? (
          <Button size="small" onClick={() => setAsking("codes")}>
            New recovery codes…
          </Button>
        ) : (
          <Button size="small" onClick={() => setAsking("enrolment")}>
            Set it up…
          </Button>
        ))
      }
    >
      {error && !data && <Trouble what="Your authenticator" failure={error} retry={() => void refetch()} />}
      {!error && !data && <SkeletonRows rows={1} />}
      {data && (
        <p className="text-sm text-ink-2">
          {data.enrolled
            ? `Set up. ${counted(data.recovery_codes_left, "recovery code")} left for when the device is lost.`
            : "Not set up: your password alone lets you in. Passkeys and dangerous acts need it."}
        </p>
      )}
      {asking === "codes" && (
        <Confirm
          title="New recovery codes?"
          about="The codes you have count no more from then on."
          submit="Make them"
          done="New codes are made"
          act={async () => setCodes((await newRecoveryCodes()).codes)}
          onClose={done}
        />
      )}
      {codes && (
        <Dialog
          open
          firm
          onClose={() => setCodes(null)}
          title="New recovery codes"
          about="The old ones are void."
        >
          <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />
        </Dialog>
      )}
      {asking === "enrolment" && (
        <Dialog
          open
          firm
          onClose={done}
          title="Set up an authenticator"
          about="Scan the code with an authenticator app. From now on signing in asks for a code of it."
        >
          <Suspense fallback={null}>
            <Enrol
              onEntered={() => {
                void queries.invalidateQueries({ queryKey: secondFactorQuery.queryKey })
                done()
              }}
            />
          </Suspense>
        </Dialog>
      )}
    </Panel>
  )
}
