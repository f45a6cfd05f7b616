import { KeyRound } from "lucide-react"
import { useState } from "react"
import { sentenceOf } from "@/api/failure"
import { entered, type Who } from "@/api/session"
import { Button } from "@/ui/Button"
import { enterByPasskey } from "./passkeys"
import { Refusal } from "./Refusal"

/** The other way in: the device knows who it is, so nothing is typed. */
export function PasskeyButton({ onEntered }: { onEntered: (who: Who) => void }) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function enter() {
    setBusy(true)
    setRefusal(null)
    try {
      onEntered(entered(await enterByPasskey()))
    } catch (failure) {
      setRefusal(sentenceOf(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <div className="mt-3 flex flex-col gap-3">
      <Button size="large" busy={busy} onClick={() => void enter()}>
        <KeyRound aria-hidden className="size-4" />
        Use a passkey
      </Button>
      <Refusal>{refusal}</Refusal>
    </div>
  )
}
