import { Copy } from "lucide-react"
import type { Schemas } from "@/api/client"
import { stamped } from "@/format/time"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { say } from "@/ui/toast"

/** The link that lets somebody choose a password, shown this once. */
export function InvitationLink({ invited, onClose }: { invited: Schemas["Invited"]; onClose: () => void }) {
  const link = `${location.origin}/invitation/${invited.token}`
  const copy = async () => {
    await navigator.clipboard.writeText(link)
    say("Copied")
  }
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title={`Invitation of ${invited.user.name}`}
      about={`Hand it over yourself, on a way you trust: it is shown this once and good until ${stamped(invited.expires_at)}.`}
    >
      <code className="block rounded border border-line bg-bg px-3 py-2 text-sm break-all select-all">
        {link}
      </code>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => void copy()}>
          <Copy aria-hidden className="size-3.5" />
          Copy
        </Button>
        <Button look="solid" onClick={onClose}>
          I have handed it over
        </Button>
      </div>
    </Dialog>
  )
}
