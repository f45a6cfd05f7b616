import { Copy } from "lucide-react"
import { useState } from "react"
import { Button } from "@/ui/Button"

/** Recovery codes just made, shown this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-2">
        Keep these recovery codes where the device is not. Each lets you in once if it is lost; they are shown
        this once.
      </p>
      <ul
        aria-label="Recovery codes"
        className="grid grid-cols-2 gap-x-4 gap-y-1 rounded border border-line bg-panel p-3 text-sm tracking-wide"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button
        onClick={() => void navigator.clipboard.writeText(codes.join("\n")).then(() => setCopied(true))}
        aria-live="polite"
      >
        <Copy aria-hidden className="size-4" />
        {copied ? "Copied" : "Copy them"}
      </Button>
      <Button look="solid" size="large" onClick={onKept}>
        I have kept them
      </Button>
    </div>
  )
}
