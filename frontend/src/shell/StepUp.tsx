import { Failure } from "@/api/failure"
import { useAsking } from "@/api/stepUp"
import { CodeForm } from "@/pages/login/CodeForm"
import { Dialog } from "@/ui/Dialog"

/** Asks for a fresh code before something dangerous happens. */
export function StepUp() {
  const asking = useAsking()
  if (!asking) return null
  return (
    <Dialog
      open
      onClose={() => asking.refuse(new Failure(403, "Nothing was done: no code was shown."))}
      title="Show it is you"
      about="What you are about to do is dangerous. For five minutes no other code is asked for."
    >
      <CodeForm path="/api/session/step-up" onShown={asking.done} submit="Go on" />
    </Dialog>
  )
}
