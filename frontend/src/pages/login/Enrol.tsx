import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { answered, api, type Schemas } from "@/api/client"
import { entered, type Who } from "@/api/session"
import { Button } from "@/ui/Button"
import { Field } from "@/ui/Field"
import { Skeleton, Trouble } from "@/ui/states"
import { RecoveryCodes } from "./RecoveryCodes"
import { Refusal } from "./Refusal"
import { useForm } from "./useForm"

/** Set up an authenticator: scan, show a code, keep the recovery codes. */
export function Enrol({ onEntered }: { onEntered: (who: Who) => void }) {
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  if (!codes) return <Scan onConfirmed={setCodes} />
  return (
    <RecoveryCodes
      codes={codes}
      onKept={async () => onEntered(entered(await answered(api.GET("/api/auth/session"))))}
    />
  )
}

function Scan({ onConfirmed }: { onConfirmed: (codes: readonly string[]) => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["enrolment"],
    queryFn: () => answered(api.POST("/api/session/enrolment")),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const form = useForm<{ code: string }>("code", async ({ code }) => {
    const { codes } = await answered(api.POST("/api/session/enrolment/confirm", { body: { code } }))
    onConfirmed(codes)
  })
  if (error) return <Trouble what="The enrolment" failure={error} retry={() => void refetch()} />
  return (
    <form ref={form.ref} onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      <Qr qr={data?.qr} />
      <p className="text-sm text-ink-2">
        Cannot scan? Type this key:{" "}
        <code className="font-sans font-medium tracking-wider break-all text-ink">{data?.secret ?? "…"}</code>
      </p>
      <Field
        label="Code that the app shows"
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        spellCheck={false}
        autoFocus
        maxLength={40}
        error={form.problems.code}
        className="h-10 tracking-widest"
      />
      <Refusal>{form.refusal}</Refusal>
      <Button type="submit" look="solid" size="large" busy={form.busy}>
        Confirm
      </Button>
    </form>
  )
}

/** Black on white in both themes: cameras expect it. */
function Qr({ qr }: { qr: Schemas["Qr"] | undefined }) {
  if (!qr) return <Skeleton className="size-44" />
  return (
    <svg
      role="img"
      aria-label="QR code for an authenticator app"
      viewBox={`0 0 ${qr.size} ${qr.size}`}
      className="size-44 rounded border border-line"
    >
      <rect width={qr.size} height={qr.size} fill="#fff" />
      <path d={qr.path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
