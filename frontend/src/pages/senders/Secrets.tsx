import { Copy } from "lucide-react"
import { words } from "@/format/words"
import { Button, IconButton } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { say } from "@/ui/toast"
import type { Issued } from "./queries"

/** What was just issued; the desk keeps only what it needs to recognise it. */
export function Secrets({ issued, onClose }: { issued: Issued; onClose: () => void }) {
  const copy = async (secret: string) => {
    await navigator.clipboard.writeText(secret)
    say("Copied")
  }
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title={`Secrets of ${issued.name}`}
      about="Shown this once. Hand them over on a way you trust."
    >
      <dl className="flex flex-col gap-3">
        {Object.entries(issued.secrets).map(([kind, secret]) => (
          <div key={kind}>
            <dt className="text-xs text-ink-3">{words(kind)}</dt>
            <dd className="flex items-center gap-1">
              <code className="min-w-0 flex-1 rounded border border-line bg-bg px-3 py-2 text-sm break-all select-all">
                {secret}
              </code>
              <IconButton label={`Copy the ${kind}`} onClick={() => void copy(secret)}>
                <Copy aria-hidden className="size-4" />
              </IconButton>
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex justify-end">
        <Button look="solid" onClick={onClose}>
          I have handed them over
        </Button>
      </div>
    </Dialog>
  )
}
